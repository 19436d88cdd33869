#pragma once
/// \file
/// The interface that a scheduler reports its processes' faults to.

#include <cstddef>
#include <cstdint>

#include "process/process.h"

namespace phx::process {

/// What a mailbox held too much of.
enum class MailboxUnit { messages, bytes };

/// Called on the scheduler's thread, in the turn in which it happens, unless noted. Must not throw,
/// and must not touch the process. Override only the events of interest.
class Observer {
 public:
  virtual ~Observer() = default;
  /// The process ended by a fault of its own, and has had its last turn.
  virtual void crashed(const Process&, const ExitReason&) {}
  /// More than `limit` messages or bytes wait for the process; a crash follows.
  virtual void overflowed(const Process&, std::size_t /*limit*/, MailboxUnit) {}
  /// The process's turn held up the rest of its thread.
  virtual void held_up(const Process&, Millis /*took*/) {}
  /// A supervisor gave up: this child keeps ending.
  virtual void gave_up(const std::string& /*child_id*/) {}
  /// A task offered to this shard's scheduler was dropped: `limit` signals wait there. Called on
  /// the thread that offered it.
  virtual void dropped(std::uint32_t /*shard*/, std::size_t /*limit*/) {}
};

}  // namespace phx::process
