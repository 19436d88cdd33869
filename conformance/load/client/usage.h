/// \file
/// Asks /proc what the server has used: processor time, memory, descriptors.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace phx::bench {

/// Whether the process runs. One that has ended and that its parent has not waited for (a zombie)
/// does not.
bool runs(pid_t pid);

/// User and system time of all its threads, dead ones included. Nothing when there is no such
/// process. Read from its clock, to the nanosecond: /proc/PID/stat says the same in steps of 10 ms.
std::optional<double> cpu_seconds_of(pid_t pid);

/// Its resident memory in bytes. Nothing when there is no such process, or it has ended.
std::optional<std::uint64_t> resident_bytes_of(pid_t pid);

/// The work of all the machine's processors since it started, including time stolen by its host. In
/// steps of 10 ms. 0 if the kernel doesn't say.
double machine_busy_seconds();

/// The kernel's memory in small objects, sockets included. 0 if it doesn't say.
std::uint64_t kernel_slab_bytes();

/// How many descriptors the process may open, if known.
std::optional<std::uint64_t> descriptor_limit_of(pid_t pid);

/// The machine: its processor, their number, its kernel.
std::string machine();

/// Raises this process's soft limit to its hard one and returns it.
std::uint64_t raise_descriptor_limit();

}  // namespace phx::bench
