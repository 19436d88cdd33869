/// \file
/// A soak's measurements each second, and whether the server's memory stayed flat.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phx::soak {

/// A value. One second.
struct Sample {
  double seconds = 0;                ///< Since the soak began.
  std::uint64_t resident_bytes = 0;  ///< Of the server; 0 if its process is not known.
  double messages = 0;               ///< Both ways, a second.
  double p50_us = 0, p99_us = 0;     ///< Of replies; 0 if none came.
  std::size_t connections = 0;
};

/// Whether memory grew. A value.
struct MemoryVerdict {
  bool known = false;  ///< There were enough samples, and a process.
  double base = 0;     ///< Bytes: the mean of the second quarter.
  double growth = 0;   ///< Bytes: the rise of the straight line through the second half.
  double allowed = 0;  ///< Bytes.
  bool flat() const { return growth <= allowed; }
};

/// Less than a minute is not judged, because a server warms up in the first quarter. The straight
/// line through the second half, by least squares, may rise by a twentieth of the base, or by 2 MiB
/// if that is more.
MemoryVerdict judge_memory(const std::vector<Sample>& samples);
constexpr double allowed_share = 0.05;
constexpr double allowed_bytes = 2.0 * 1024 * 1024;

/// How many descriptors the process holds; nothing if that is unknown.
std::optional<std::size_t> descriptors_of(pid_t pid);

/// `33.1 MB`.
std::string megabytes(double bytes);

}  // namespace phx::soak
