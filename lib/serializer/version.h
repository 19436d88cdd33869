#pragma once
/// \file
/// Versions as Elixir's Version module reads them: `2.0.0`, and the requirement `~> 2.0.0`.

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace phx::serializer {

/// MAJOR.MINOR.PATCH, with or without `-pre` and `+build`; the build is ignored.
struct VersionNumber {
  std::array<unsigned long, 3> numbers{};
  std::string pre;

  static std::optional<VersionNumber> parse(std::string_view text);
  /// The version in `~> MAJOR.MINOR.PATCH`; nothing if the text has another form.
  static std::optional<VersionNumber> least_of(std::string_view requirement);
  /// Whether `~> text` matches this version: not lower, and equal except for the last number.
  /// REQUIRES: `requirement` is `~> MAJOR.MINOR.PATCH`.
  bool matches(std::string_view requirement) const;
};

}  // namespace phx::serializer
