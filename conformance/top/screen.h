#pragma once
/// \file
/// The terminal: a head, a table, a line of keys.

#include "conformance/top/look.h"

namespace phx::top {

/// Shows looks until `q` is pressed. \throws Refused if the server refuses the first look.
void run_screen(Options options);

}  // namespace phx::top
