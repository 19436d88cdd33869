#pragma once
/// \file
/// A trace as a sequence diagram in SVG, with a text alternative.

#include <string>

#include "traces/phx-trace/timeline.h"

namespace phx::trace {

/// The same trace makes the same picture, byte for byte. It fits light and dark pages, and its
/// texts can be selected.
std::string drawn(const Trace& trace, const Range& steps);

}  // namespace phx::trace
