#pragma once
/// \file
/// The command line as words: what a run's own line becomes when it shall judge one rule again.

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace phx::conformance {

/// The word as a shell reads it back, quoted only if it must be.
std::string shell_quoted(const std::string& word);

/// The command line less what selects rules, repeats them, or writes reports.
std::string less_selection(const std::vector<std::string>& arguments);

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// `a=b&c=d`, percent-encoded or not, or a JSON object. Nothing for what is neither.
std::optional<Pairs> parse_params(const std::string& text);

/// `Name: value`. Nothing for what is no header, or would end the line.
std::optional<std::pair<std::string, std::string>> parse_header(const std::string& text);

}  // namespace phx::conformance
