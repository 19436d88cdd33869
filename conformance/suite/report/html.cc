/// Writes the page.

#include "conformance/suite/report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "conformance/suite/report/html_rule.h"
#include "conformance/suite/report/json_text.h"
#include "conformance/suite/report/markup.h"

namespace phx::conformance {
namespace {

std::string plural(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string about(const Run& run) {
  const Options& options = run.options;
  std::string out = "<dl class=\"about\">\n";
  const auto line = [&out](const char* name, const std::string& value) {
    out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
  };
  const bool client = options.side == Side::client;
  std::string subject = in_markup(options.subject());
  if (!options.version().empty()) subject += " " + in_markup(options.version());
  if (!client && !options.subject_name.empty()) subject += " at " + in_markup(options.url.text());
  line(client ? "Client" : "Server", subject);
  line("When", fmt::format("{} UTC, in {:.1f} s",
                           iso_time(since_epoch(run)).replace(10, 1, " ").substr(0, 19),
                           static_cast<double>(run.took.count()) / 1'000));
  if (!client) {
    line("Judged by", fmt::format("Phoenix {}{}{}", options.profile.text(),
                                  options.core ? ", only the core rules" : "",
                                  options.strict ? ", strictly" : ""));
  }
  if (run.nearest) {
    const auto departs = run.departures();
    line("Most like", fmt::format("Phoenix {}{}", run.nearest->text(),
                                  departs.empty() ? "" : ", except " + linked(departs)));
  }
  if (options.repeat > 1) {
    line("Rounds", fmt::format("{}; {}", options.repeat,
                               run.unsteady().empty() ? "each rule had the same outcome in all"
                                                      : "the outcome differed between rounds: " +
                                                            linked(run.unsteady())));
  }
  if (options.shuffle) line("Order", fmt::format("shuffled with --seed {}", options.seed));
  return out + "</dl>\n";
}

std::string counts(const Run& run) {
  std::string out = "<ul class=\"counts\">\n";
  for (const Verdict verdict :
       {Verdict::passed, Verdict::failed, Verdict::warned, Verdict::setup_failed,
        Verdict::dependency_failed, Verdict::suite_failed, Verdict::unexpected_pass,
        Verdict::expected_failure, Verdict::skipped}) {
    const std::size_t count = run.count(verdict);
    const bool always = verdict == Verdict::passed || verdict == Verdict::failed;
    if (count == 0 && !always) continue;
    out += fmt::format("<li><b class=\"v-{}\">{}</b>{}</li>\n",
                       count == 0 ? "skipped" : key_of(verdict), count, name_of(verdict));
  }
  return out + "</ul>\n";
}

std::string incidents(const Run& run) {
  std::string out;
  for (const std::string& incident : run.incidents) {
    out += fmt::format("<p class=\"incident\">{}</p>\n", in_markup(incident));
  }
  if (!run.stopped.empty()) {
    out +=
        fmt::format("<p class=\"incident\">The run ended early: {}.</p>\n", in_markup(run.stopped));
  }
  return out;
}

/// The columns of the scorecard, each some verdicts.
struct Share {
  const char* name;
  const char* style;
  std::size_t count;
};

std::vector<Share> shares(const Run& run, char section) {
  const auto of = [&run, section](Verdict verdict) { return run.count(verdict, section); };
  return {{"kept", "passed", of(Verdict::passed) + of(Verdict::unexpected_pass)},
          {"broken", "bad",
           of(Verdict::failed) + of(Verdict::suite_failed) + of(Verdict::expected_failure)},
          {"unmet", "unmet", of(Verdict::setup_failed) + of(Verdict::dependency_failed)},
          {"warnings", "warned", of(Verdict::warned)},
          {"skipped", "skipped", of(Verdict::skipped)}};
}

std::string bar(const std::vector<Share>& all) {
  std::string out = "<span class=\"bar\" aria-hidden=\"true\">";
  for (const Share& share : all) {
    if (share.count == 0) continue;
    out += fmt::format("<i class=\"b-{}\" style=\"flex:{}\"></i>", share.style, share.count);
  }
  return out + "</span>";
}

std::string scorecard(const Run& run) {
  std::string out =
      "<table class=\"card\"><thead><tr><th scope=\"col\">Section</th>"
      "<th class=\"wide\"><span aria-hidden=\"true\"></span></th>";
  for (const Share& share : shares(run, 'H')) {
    out += fmt::format("<th scope=\"col\">{}</th>", share.name);
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const Section& section : sections(run.options.side)) {
    const auto all = shares(run, section.letter);
    if (std::all_of(all.begin(), all.end(), [](const Share& s) { return s.count == 0; })) continue;
    out += fmt::format(
        "<tr><th scope=\"row\"><a href=\"#{0}\">{0} · {1}</a></th><td class=\"wide\">{2}</td>",
        section.letter, in_markup(section.name), bar(all));
    for (const Share& share : all) {
      out +=
          share.count == 0 ? "<td class=\"none\">0</td>" : fmt::format("<td>{}</td>", share.count);
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table>\n";
}

std::string section_of(const Run& run, const Section& section) {
  std::string rules;
  std::size_t count = 0;
  for (const Judged& one : run.judged) {
    if (one.rule.section() != section.letter) continue;
    rules += html_rule(one, run.options);
    ++count;
  }
  if (count == 0) return "";
  return fmt::format(
      "<section><h2 id=\"{0}\">{0} · {1} <span class=\"of\">{2}</span></h2>\n{3}</section>\n",
      section.letter, in_markup(section.name), plural(count, "rule", "rules"), rules);
}

}  // namespace

std::string linked(const std::vector<std::string>& ids) {
  std::vector<std::string> links;
  links.reserve(ids.size());
  for (const auto& id : ids) links.push_back(fmt::format("<a href=\"#{0}\">{0}</a>", id));
  return fmt::format("{}", fmt::join(links, ", "));
}

std::string with_links(const std::string& text) {
  static const std::regex id("\\b[A-Z]-[0-9][0-9]\\b");
  return std::regex_replace(in_markup(text), id, "<a href=\"#$&\">$&</a>");
}

std::string html_of(const Run& run) {
  std::string out = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{} · Phoenix Channels conformance</title>\n<style>{}</style>\n</head>\n<body>\n"
      "<header>\n<h1>Phoenix Channels conformance</h1>\n<p class=\"verdict {}\">{}</p>\n",
      in_markup(run.options.subject()), html_style(), run.status() == Exit::passed ? "good" : "bad",
      with_links(run.verdict()));
  out += about(run) + "</header>\n<main>\n" + incidents(run) + counts(run) + scorecard(run);
  for (const Section& section : sections(run.options.side)) out += section_of(run, section);
  out += fmt::format(
      "</main>\n<footer>Written by phx-conformance. MUST: a common client or an "
      "application breaks without it. SHOULD: the framework does it, a good client copes without "
      "it. "
      "MAY: seen in the framework.</footer>\n"
      "</body>\n</html>\n");
  return out;
}

}  // namespace phx::conformance
