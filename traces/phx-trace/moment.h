#pragma once
/// \file
/// HAR's moments: `2026-01-31T12:00:00.000Z`, with any number of decimals and any zone.

#include <optional>
#include <string>
#include <string_view>

namespace phx::trace {

/// Seconds since the epoch; nothing for what is no such moment.
std::optional<double> seconds_of(std::string_view moment);

/// With six decimals, in UTC.
std::string moment_of(double seconds);

}  // namespace phx::trace
