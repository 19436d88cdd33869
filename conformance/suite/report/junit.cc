/// Writes JUnit's XML for the readers of Jenkins, GitLab and GitHub.

#include <fmt/format.h>

#include "conformance/suite/core/story.h"
#include "conformance/suite/report/json_text.h"
#include "conformance/suite/report/markup.h"
#include "conformance/suite/report/tap.h"

namespace phx::conformance {
namespace {

double seconds(Millis time) { return static_cast<double>(time.count()) / 1'000; }

std::string body_of(const Judged& one, const Options& options) {
  const Outcome& outcome = one.outcome;
  const std::string message = in_markup(in_one_line(outcome));
  const auto element = [&](const char* tag) {
    return fmt::format("      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n", tag, message,
                       name_of(outcome.verdict), in_markup(story_of(one.rule, outcome, options)));
  };
  switch (outcome.verdict) {
    case Verdict::passed: return "";
    case Verdict::skipped: return fmt::format("      <skipped message=\"{}\"/>\n", message);
    case Verdict::failed:
    case Verdict::unexpected_pass: return element("failure");
    case Verdict::setup_failed:
    case Verdict::dependency_failed:
    case Verdict::suite_failed: return element("error");
    case Verdict::warned:
    case Verdict::expected_failure:
      return fmt::format("      <system-out>{}: {}\n{}</system-out>\n", name_of(outcome.verdict),
                         message, in_markup(story_of(one.rule, outcome, options)));
  }
  return "";
}

struct Counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  Millis took{0};

  void add(const Judged& one) {
    ++tests;
    took += one.outcome.took;
    switch (one.outcome.verdict) {
      case Verdict::failed:
      case Verdict::unexpected_pass: ++failures; break;
      case Verdict::setup_failed:
      case Verdict::dependency_failed:
      case Verdict::suite_failed: ++errors; break;
      case Verdict::skipped: ++skipped; break;
      case Verdict::passed:
      case Verdict::warned:
      case Verdict::expected_failure: break;
    }
  }
  std::string attributes() const {
    return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.3f}")", tests,
                       failures, errors, skipped, seconds(took));
  }
};

}  // namespace

std::string junit_of(const Run& run) {
  Counts all;
  std::string suites;
  for (const Section& section : sections(run.options.side)) {
    Counts counts;
    std::string cases;
    for (const Judged& one : run.judged) {
      if (one.rule.section() != section.letter) continue;
      counts.add(one);
      all.add(one);
      const std::string body = body_of(one, run.options);
      cases += fmt::format("    <testcase classname=\"{} {}\" name=\"{} {}\" time=\"{:.3f}\"{}",
                           section.letter, in_markup(std::string(section.name)), one.rule.id,
                           in_markup(one.rule.sentence), seconds(one.outcome.took),
                           body.empty() ? "/>\n" : ">\n" + body + "    </testcase>\n");
    }
    if (counts.tests == 0) continue;
    suites += fmt::format("  <testsuite name=\"{} {}\" timestamp=\"{}\" {}>\n{}  </testsuite>\n",
                          section.letter, in_markup(std::string(section.name)),
                          iso_time(since_epoch(run)), counts.attributes(), cases);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"phx-conformance {}\" {}>\n{}</testsuites>\n",
      in_markup(run.options.subject()), all.attributes(), suites);
}

}  // namespace phx::conformance
