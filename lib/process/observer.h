#pragma once
/// \file
/// Who is told of what goes wrong among the processes of one scheduler.

#include <cstddef>

#include "process/process.h"

namespace phx::process {

/// What there was too much of.
enum class MailboxUnit { messages, bytes };

/// Called on the scheduler's thread, in the turn in which it happens: must not throw, and must not
/// touch the process. What it is not interested in it leaves alone.
class Observer {
 public:
  virtual ~Observer() = default;
  /// It ended by a fault of its own, and has had its last turn.
  virtual void crashed(const Process&, const ExitReason&) {}
  /// More than `limit` messages or bytes wait for it; a crash follows.
  virtual void overflowed(const Process&, std::size_t /*limit*/, MailboxUnit) {}
  /// Its turn held up all the others of its thread.
  virtual void held_up(const Process&, Millis /*took*/) {}
  /// A supervisor stops restarting: this child keeps ending.
  virtual void gave_up(const std::string& /*child_id*/) {}
};

}  // namespace phx::process
