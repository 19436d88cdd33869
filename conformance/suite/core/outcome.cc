/// Names the verdicts.

#include "conformance/suite/core/outcome.h"

#include <fmt/format.h>

namespace phx::conformance {

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return "passed";
    case Verdict::skipped: return "skipped";
    case Verdict::expected_failure: return "expected failure";
    case Verdict::warned: return "warning";
    case Verdict::dependency_failed: return "dependency failed";
    case Verdict::setup_failed: return "setup failed";
    case Verdict::unexpected_pass: return "unexpected pass";
    case Verdict::failed: return "failed";
    case Verdict::suite_failed: return "suite failed";
  }
  return "";
}

std::string_view key_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return "passed";
    case Verdict::skipped: return "skipped";
    case Verdict::expected_failure: return "expected_failure";
    case Verdict::warned: return "warned";
    case Verdict::dependency_failed: return "dependency_failed";
    case Verdict::setup_failed: return "setup_failed";
    case Verdict::unexpected_pass: return "unexpected_pass";
    case Verdict::failed: return "failed";
    case Verdict::suite_failed: return "suite_failed";
  }
  return "";
}

bool is_bad(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
    case Verdict::skipped:
    case Verdict::expected_failure:
    case Verdict::warned: return false;
    case Verdict::dependency_failed:
    case Verdict::setup_failed:
    case Verdict::unexpected_pass:
    case Verdict::failed:
    case Verdict::suite_failed: return true;
  }
  return true;
}

bool has_story(Verdict verdict) {
  return is_bad(verdict) || verdict == Verdict::warned || verdict == Verdict::expected_failure;
}

std::string told(const std::vector<AxisVerdict>& axes) {
  std::vector<std::string> parts;
  for (const auto& [axis, verdict] : axes) {
    parts.push_back(fmt::format("{} {}", name_of(axis), name_of(verdict)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string in_one_line(const Outcome& outcome) {
  if (outcome.remark.empty()) return outcome.reason;
  if (outcome.reason.empty()) return outcome.remark;
  return fmt::format("{} ({})", outcome.reason, outcome.remark);
}

std::string summary_of(const std::string& expected, const std::string& actual) {
  return fmt::format("expected {}, got {}", shortened(expected), shortened(actual));
}

}  // namespace phx::conformance
