#pragma once
/// \file
/// The limits that a scheduler enforces, and the clock for those in time.

#include <cstddef>
#include <ctime>

#include "base/time.h"

namespace phx::process {

struct Limits {
  std::size_t mailbox = 10'000;  ///< Messages, without signals; one more ends the receiver.
  /// Bytes, twice what may wait for one client (ServerOptions::outbox_limit). Checked before
  /// queuing, so one oversized message still fits an empty mailbox.
  std::size_t mailbox_bytes = 64 * 1'048'576;
  std::size_t messages_a_turn = 32;  ///< Then it goes to the back of the queue.
  std::size_t turns_a_run = 4'096;   ///< Then input and output get their turn.
  /// Signals from other threads that wait; a broadcast beyond is lost on this shard.
  std::size_t inbox = 1'000'000;
  std::size_t signals_at_once = 64;  ///< From other threads; then their receivers get a turn.
  Millis long_turn{100};             ///< A turn that takes longer is logged: it held up its thread.
};

/// How a thread's time is shared: a process that takes longer gives way, and goes on later. Checked
/// between messages, by a clock that is accurate to a few milliseconds.
struct TimeBudget {
  Millis turn{8};  ///< Then a process with more mail goes to the back of the queue.
  Millis run{16};  ///< Then input and output get their turn.
};

/// Takes a few nanoseconds, and is accurate to a few milliseconds: enough to see what held up a
/// thread.
inline Millis coarse_time() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return Millis{now.tv_sec * 1000 + now.tv_nsec / 1'000'000};
}

}  // namespace phx::process
