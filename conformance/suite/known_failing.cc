/// Reads the list of known failures, and compares outcomes with it.

#include "conformance/suite/known_failing.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "conformance/suite/core/glob.h"

namespace phx::conformance {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const auto start = text.find_first_not_of(blanks);
  if (start == text.npos) return {};
  return text.substr(start, text.find_last_not_of(blanks) - start + 1);
}

/// The line's fault, if it has one.
std::string wrong_with(std::string_view id, std::string_view reason,
                       const std::vector<Rule>& rules) {
  const bool known =
      std::any_of(rules.begin(), rules.end(), [id](const Rule& rule) { return rule.id == id; });
  if (!known) return fmt::format("there is no rule {}; --list shows all", id);
  if (reason.empty()) {
    return fmt::format("expected a reason after {}, as in its failure's report (or *)", id);
  }
  return {};
}

}  // namespace

std::variant<KnownFailing, std::string> parse_known_failing(std::string_view text,
                                                            const std::vector<Rule>& rules) {
  KnownFailing known;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const auto gap = std::min(line.find_first_of(" \t"), line.size());
    const std::string_view id = line.substr(0, gap);
    const std::string_view reason = trimmed(line.substr(gap));
    const std::string wrong = wrong_with(id, reason, rules);
    if (!wrong.empty()) return fmt::format("line {}: {}", number, wrong);
    known[std::string(id)].emplace_back(reason);
  }
  return known;
}

std::variant<KnownFailing, std::string> read_known_failing(const std::string& path,
                                                           const std::vector<Rule>& rules) {
  std::ifstream file(path);
  if (!file) return fmt::format("--known-failing {}: could not read the file", path);
  std::stringstream text;
  text << file.rdbuf();
  auto known = parse_known_failing(text.str(), rules);
  if (auto* wrong = std::get_if<std::string>(&known)) {
    return fmt::format("--known-failing {}: {}", path, *wrong);
  }
  return known;
}

Outcome compared(Outcome outcome, const std::string& id, const KnownFailing& known) {
  const auto found = known.find(id);
  if (found == known.end()) return outcome;
  const std::string reasons = fmt::format("{}", fmt::join(found->second, " | "));
  if (outcome.verdict == Verdict::passed) {
    outcome.verdict = Verdict::unexpected_pass;
    outcome.reason = "kept, although --known-failing says that it fails with: " + reasons;
    return outcome;
  }
  if (outcome.verdict != Verdict::failed && outcome.verdict != Verdict::warned) return outcome;
  const bool as_told =
      std::any_of(found->second.begin(), found->second.end(), [&outcome](const std::string& piece) {
        return glob_matches("*" + piece + "*", outcome.reason);
      });
  if (as_told) {
    outcome.verdict = Verdict::expected_failure;
  } else {
    outcome.verdict = Verdict::failed;
    outcome.remark = fmt::format("--known-failing says that it fails with: {}", reasons);
  }
  return outcome;
}

}  // namespace phx::conformance
