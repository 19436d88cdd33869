#pragma once
/// \file
/// HAR's moments: `2026-01-31T12:00:00.000Z`, with any number of decimals and any zone. Some tools
/// leave the zone out, which is UTC then, or the seconds, or write a space for the `T`.

#include <optional>
#include <string>
#include <string_view>

namespace phx::trace {

/// Seconds since the epoch; nothing for anything else.
std::optional<double> seconds_of(std::string_view moment);

/// With six decimals, in UTC.
std::string moment_of(double seconds);

}  // namespace phx::trace
