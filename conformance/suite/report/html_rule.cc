/// Writes one rule of the page.

#include "conformance/suite/report/html_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suite/core/sentence.h"
#include "conformance/suite/core/story.h"
#include "conformance/suite/report/markup.h"

namespace phx::conformance {
namespace {

const char* mark_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return "✓";
    case Verdict::failed:
    case Verdict::unexpected_pass: return "✗";
    case Verdict::warned: return "!";
    case Verdict::expected_failure: return "×";
    case Verdict::skipped: return "–";
    case Verdict::setup_failed:
    case Verdict::dependency_failed: return "○";
    case Verdict::suite_failed: return "?";
  }
  return "";
}

std::string sides(const Outcome& outcome) {
  if (outcome.expected.empty()) return "";
  const auto side = [](const char* style, const char* title, const std::string& text) {
    return fmt::format("<div class=\"side {}\"><h4>{}</h4><p class=\"frame\">{}</p></div>\n", style,
                       title, in_markup(text));
  };
  return "<div class=\"sides\">\n" + side("wanted", "expected", outcome.expected) +
         side("came", "actual", outcome.actual) + "</div>\n";
}

/// One line of any connection, by the time since the case began.
struct Said {
  Millis at;
  const Conversation* on;
  const Transcript::Line* line;
};

const char* style_of(Transcript::Direction direction) {
  switch (direction) {
    case Transcript::Direction::sent: return "suite";
    case Transcript::Direction::received: return "server";
    case Transcript::Direction::note: return "note";
  }
  return "";
}

std::string transcript(const Outcome& outcome, Side side) {
  std::vector<Said> all;
  for (const Conversation& conversation : outcome.conversations) {
    for (const auto& line : conversation.lines) {
      all.push_back({conversation.began + line.at, &conversation, &line});
    }
  }
  if (all.empty()) return "";
  std::stable_sort(all.begin(), all.end(),
                   [](const Said& a, const Said& b) { return a.at < b.at; });
  std::string out =
      "<table class=\"talk\"><caption>The conversation</caption><thead><tr>"
      "<th scope=\"col\" class=\"at\">when</th><th scope=\"col\">where</th><th "
      "scope=\"col\">who</th>"
      "<th scope=\"col\">what</th></tr></thead><tbody>\n";
  for (const Said& said : all) {
    const bool odd =
        said.line->direction == Transcript::Direction::note && said.line->text.starts_with("✗");
    out += fmt::format(
        "<tr class=\"{}{}\"><td class=\"at\">{} ms</td><td class=\"who\">{}</td>"
        "<td class=\"who\">{} {}</td><td class=\"text\">{}</td></tr>\n",
        style_of(said.line->direction), odd ? " odd" : "", said.at.count(),
        in_markup(said.on->name), arrow_of(said.line->direction), who(said.line->direction, side),
        in_markup(said.line->text));
  }
  out += "</tbody></table>\n";
  if (outcome.more_conversations > 0) {
    out += fmt::format("<p class=\"facts\">{} more connections are left out.</p>\n",
                       outcome.more_conversations);
  }
  return out;
}

/// Small marks, one for each axis: `v2 ✓  v1 ✗`.
std::string axes(const Outcome& outcome) {
  std::string out;
  for (const auto& [axis, verdict] : outcome.axes) {
    out += fmt::format(" · <span title=\"{2}\">{0} <b class=\"v-{1}\">{3}</b></span>",
                       name_of(axis), key_of(verdict), name_of(verdict), mark_of(verdict));
  }
  return out;
}

std::string rounds(const Judged& one) {
  if (!one.unsteady()) return "";
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < one.rounds.size(); ++i) {
    if (one.rounds[i] == 0) continue;
    parts.push_back(fmt::format("{} × {}", one.rounds[i], name_of(static_cast<Verdict>(i))));
  }
  return fmt::format("<p class=\"said\"><b>Over the rounds: {}.</b></p>\n", fmt::join(parts, ", "));
}

}  // namespace

std::string html_rule(const Judged& judged, const Options& options) {
  const auto& [rule, outcome, tally] = judged;
  const bool open = is_bad(outcome.verdict) && !outcome.expected.empty();
  std::string out = fmt::format(
      "<details class=\"rule\" id=\"{0}\"{1}><summary><span class=\"mark v-{2}\" title=\"{3}\">{4}"
      "</span><span class=\"id\">{0}</span><span>{5}</span><span class=\"level\">{6}</span>"
      "<span class=\"took\">{7} ms</span></summary>\n<div class=\"inside\">\n",
      rule.id, open ? " open" : "", key_of(outcome.verdict), name_of(outcome.verdict),
      mark_of(outcome.verdict), in_markup(rule.sentence), name_of(rule.level),
      outcome.took.count());
  const std::string stated =
      rule.side() == Side::client
          ? std::string("a rule of clients")
          : fmt::format("{} · protocol {}", name_of(rule.profile), sentence_number(rule.id));
  out +=
      fmt::format("<p class=\"facts\"><b class=\"v-{}\">{}</b> · {} · {} · decided in {}{}{}</p>\n",
                  key_of(outcome.verdict), name_of(outcome.verdict), name_of(rule.level), stated,
                  in_markup(rule.source), axes(outcome),
                  outcome.where.empty() ? "" : " · seen on " + in_markup(outcome.where));
  out += rounds(judged);
  const std::string said = outcome.expected.empty() ? in_one_line(outcome) : outcome.remark;
  if (!said.empty()) out += fmt::format("<p class=\"said\">{}</p>\n", in_markup(said));
  out += sides(outcome) + transcript(outcome, rule.side());
  if (outcome.verdict != Verdict::skipped) {
    out += fmt::format("<code class=\"again\">{}</code>\n",
                       in_markup(options.again(rule.id, outcome.axis)));
  }
  return out + "</div></details>\n";
}

}  // namespace phx::conformance
