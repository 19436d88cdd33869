/// Reads versions strictly, by semantic versioning: three numbers without leading zeros.

#include "serializer/version.h"

#include <charconv>

#include "base/check.h"

namespace phx::serializer {
namespace {

/// Cuts `text` at the first `mark`; returns the text after it, or nothing if there is no mark.
std::optional<std::string_view> cut(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + 1);
  text = text.substr(0, at);
  return rest;
}

bool is_identifiers(std::string_view text) {
  constexpr std::string_view allowed =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos &&
         text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos;
}

std::optional<unsigned long> number(std::string_view digits) {
  unsigned long value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  const bool leading_zero = digits.size() > 1 && digits.front() == '0';
  return whole && !leading_zero ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<VersionNumber> VersionNumber::parse(std::string_view text) {
  VersionNumber version;
  if (const auto build = cut(text, '+'); build && !is_identifiers(*build)) return std::nullopt;
  if (const auto pre = cut(text, '-')) {
    if (!is_identifiers(*pre)) return std::nullopt;
    version.pre = *pre;
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const auto rest = cut(text, '.');
    const auto value = number(text);
    if (!value || rest.has_value() != (i < 2)) return std::nullopt;
    version.numbers[i] = *value;
    text = rest.value_or("");
  }
  return version;
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
