#pragma once
/// \file
/// The rules that a server is known to break, and how: `--known-failing FILE`.
///
///     # what is not done yet
///     J-12  too many channels joined
///     K-05  expected close*got*nothing came
///
/// A rule's id, then a part of the reason that its failure must give (`*` stands for anything).

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "conformance/suite/core/outcome.h"
#include "conformance/suite/core/rule.h"

namespace phx::conformance {

/// By rule; a rule on several lines may fail for any of their reasons.
using KnownFailing = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Parses such a file's text; returns a sentence that says which line is wrong.
std::variant<KnownFailing, std::string> parse_known_failing(std::string_view text,
                                                            const std::vector<Rule>& rules);
/// The same from a file.
std::variant<KnownFailing, std::string> read_known_failing(const std::string& path,
                                                           const std::vector<Rule>& rules);

/// The outcome compared with the list: an expected failure, an unexpected pass, or a failure for
/// another reason. Outcomes without a judgement stay as they are.
Outcome compared(Outcome outcome, const std::string& id, const KnownFailing& known);

}  // namespace phx::conformance
