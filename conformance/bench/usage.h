/// \file
/// Asks /proc what the server has used: processor time, memory, descriptors.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace phx::bench {

/// A value.
struct Usage {
  double cpu_seconds = 0;  ///< User and system time of all threads, in steps of a clock tick.
  std::uint64_t resident_bytes = 0;
};

/// Nothing when there is no such process.
std::optional<Usage> usage_of(pid_t pid);

/// How many descriptors the process may open, if that can be known.
std::optional<std::uint64_t> descriptor_limit_of(pid_t pid);

/// Raises this process's soft limit to its hard one and returns it.
std::uint64_t raise_descriptor_limit();

}  // namespace phx::bench
