/// Reads versions strictly, by semantic versioning: three numbers without leading zeros.

#include "serializer/version.h"

#include <charconv>

#include "base/check.h"

namespace phx::serializer {
namespace {

bool is_identifiers(std::string_view text) {
  constexpr std::string_view allowed =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos &&
         text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos;
}

/// Takes `mark` off the front of the text. False: it begins with something else.
bool take(std::string_view& text, char mark) {
  if (!text.starts_with(mark)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<unsigned long> take_number(std::string_view& text) {
  unsigned long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto digits = static_cast<std::size_t>(end - text.data());
  const bool leading_zero = digits > 1 && text.front() == '0';
  text.remove_prefix(digits);
  return error == std::errc{} && !leading_zero ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<VersionNumber> VersionNumber::parse(std::string_view text) {
  VersionNumber version;
  for (std::size_t i = 0; i < 3; ++i) {
    if (i > 0 && !take(text, '.')) return std::nullopt;
    const auto value = take_number(text);
    if (!value) return std::nullopt;
    version.numbers[i] = *value;
  }
  if (take(text, '-')) {
    const std::string_view pre = text.substr(0, text.find('+'));
    if (!is_identifiers(pre)) return std::nullopt;
    version.pre = pre;
    text.remove_prefix(pre.size());
  }
  if (take(text, '+')) return is_identifiers(text) ? std::optional(version) : std::nullopt;
  return text.empty() ? std::optional(version) : std::nullopt;
}

std::optional<VersionNumber> VersionNumber::least_of(std::string_view requirement) {
  constexpr std::string_view compatible = "~> ";
  if (!requirement.starts_with(compatible)) return std::nullopt;
  return parse(requirement.substr(compatible.size()));
}

bool VersionNumber::matches(std::string_view requirement) const {
  const auto least = least_of(requirement);
  check(least.has_value(), "a requirement is written ~> MAJOR.MINOR.PATCH");
  const bool same_line = numbers[0] == least->numbers[0] && numbers[1] == least->numbers[1];
  // A pre-release comes before its release: 2.0.0-rc.1 is lower than 2.0.0.
  const bool before_release = numbers[2] == least->numbers[2] && !pre.empty();
  return same_line && numbers[2] >= least->numbers[2] && !before_release;
}

}  // namespace phx::serializer
