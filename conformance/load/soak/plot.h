/// \file
/// Draws a soak: memory, messages a second and the slowest hundredth of the replies, over time.
#pragma once

#include <string>
#include <vector>

#include "conformance/load/soak/samples.h"

namespace phx::soak {

/// Writes plot.svg into the folder, by gnuplot. Returns why it could not, or nothing.
std::string plot(const std::string& folder, const std::vector<Sample>& samples,
                 const MemoryVerdict& memory);

}  // namespace phx::soak
