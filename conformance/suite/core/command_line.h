#pragma once
/// \file
/// The command line as words: makes the line that judges one rule again.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phx::conformance {

/// The word as a shell reads it back, quoted only if it must be.
std::string shell_quoted(const std::string& word);

/// `%C3%A9+x` as `é x`, as Plug reads a query.
std::string percent_decoded(std::string_view text);

/// The command line without options that select rules, repeat them, or write reports.
std::string less_selection(const std::vector<std::string>& arguments);

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// `a=b&c=d`, percent-encoded or not, or a JSON object. Nothing for any other text.
std::optional<Pairs> parse_params(const std::string& text);

/// `Name: value`. Nothing for text that is not a header, or that would end the line.
std::optional<std::pair<std::string, std::string>> parse_header(const std::string& text);

}  // namespace phx::conformance
