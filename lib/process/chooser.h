#pragma once
/// \file
/// The order of what may happen in any order, in place of first come, first served.

#include <cstddef>

namespace phx::process {

/// For tests and simulated worlds: Scheduler::choose_by. Any order that it chooses keeps what the
/// scheduler promises: signals between a pair of processes stay in order, urgent processes go
/// first, and timers fire in the order of their times.
class Chooser {
 public:
  virtual ~Chooser() = default;
  /// Which of `count` comes next: from 0 to `count` - 1. Called only if there are at least two.
  virtual std::size_t choose(std::size_t count) = 0;
  /// Whether a process at rest takes now what is offered or handed to it; else it is sent.
  virtual bool at_once() { return false; }
};

}  // namespace phx::process
