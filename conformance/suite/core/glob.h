#pragma once
/// \file
/// Patterns over rule ids: `J-08`, `J-*`, `?-01`.

#include <string_view>

namespace phx::conformance {

/// `*` stands for any characters, none included; `?` for exactly one. Case does not count.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace phx::conformance
