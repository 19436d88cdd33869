#pragma once
/// \file
/// A trace as a sequence diagram in SVG, with the whole story in words for who can't see it.

#include <string>

#include "traces/phx-trace/timeline.h"

namespace phx::trace {

/// The same trace makes the same picture, byte for byte. It suits light and dark pages, and its
/// texts can be selected.
std::string drawn(const Trace& trace, const Range& steps);

}  // namespace phx::trace
