#pragma once
/// \file
/// Elixir's calendar structs as Jason writes them.

#include <optional>
#include <string>

#include "etf/term.h"

namespace phx::cluster {

/// A DateTime, NaiveDateTime, Date or Time of the ISO calendar as ISO 8601 text; nothing for any
/// other struct.
std::optional<std::string> iso_text(const etf::Term& structure);

}  // namespace phx::cluster
