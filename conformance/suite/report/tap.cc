/// Writes TAP.

#include "conformance/suite/report/tap.h"

#include <fmt/format.h>

#include "conformance/suite/report/json_text.h"

namespace phx::conformance {
namespace {

/// A `#` would begin a directive.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '#' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string directive(const Outcome& outcome) {
  switch (outcome.verdict) {
    case Verdict::skipped: return " # SKIP " + escaped(outcome.reason);
    case Verdict::warned: return " # TODO no MUST: " + escaped(outcome.reason);
    case Verdict::expected_failure: return " # TODO known: " + escaped(outcome.reason);
    case Verdict::passed:
    case Verdict::dependency_failed:
    case Verdict::setup_failed:
    case Verdict::unexpected_pass:
    case Verdict::failed:
    case Verdict::suite_failed: return "";
  }
  return "";
}

/// JSON strings are YAML strings, too.
std::string story(const Rule& rule, const Outcome& outcome, const Options& options) {
  std::string out = "  ---\n";
  const auto line = [&out](const char* name, const std::string& value) {
    if (!value.empty()) out += fmt::format("  {}: {}\n", name, json_string(value));
  };
  line("verdict", std::string(name_of(outcome.verdict)));
  line("level", std::string(name_of(rule.level)));
  line("message", in_one_line(outcome));
  line("expected", outcome.expected);
  line("actual", outcome.actual);
  line("source", rule.source);
  line("again", options.again(rule.id, outcome.axis));
  return out + "  ...\n";
}

}  // namespace

std::string tap_of(const Run& run) {
  std::string out = fmt::format("TAP version 13\n1..{}\n", run.judged.size());
  std::size_t number = 0;
  for (const Judged& one : run.judged) {
    const Verdict verdict = one.outcome.verdict;
    const bool ok = verdict == Verdict::passed || verdict == Verdict::skipped;
    out += fmt::format("{} {} - {} {}{}\n", ok ? "ok" : "not ok", ++number, one.rule.id,
                       escaped(one.rule.sentence), directive(one.outcome));
    if (has_story(verdict)) out += story(one.rule, one.outcome, run.options);
  }
  for (const std::string& incident : run.incidents) out += "# " + escaped(incident) + "\n";
  if (!run.stopped.empty()) out += "Bail out! " + run.stopped + "\n";
  return out;
}

}  // namespace phx::conformance
