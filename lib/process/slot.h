#pragma once
/// \file
/// What the scheduler keeps for each process, and the process itself never sees.

#include <memory>
#include <optional>
#include <vector>

#include "process/mailbox.h"
#include "process/process.h"

namespace phx::process {

/// The detail of a crash by what no handler should throw.
constexpr const char* not_an_exception = "something that is no std::exception was thrown";

/// A process that waits for one message only.
struct Awaiting {
  Ref ref;
  std::function<void(std::optional<Message>)> then;
  std::optional<Ref> timer = {};
  std::optional<Message> arrived = {};
};

/// Comes when an await's patience runs out.
struct PatienceOver {};

struct Watcher {
  Ref ref;
  Pid pid;
};

struct Slot {
  std::unique_ptr<Process> process;
  Mailbox mailbox = {};
  std::vector<Watcher> watchers = {};
  std::unique_ptr<Awaiting> awaiting = {};
  std::unique_ptr<ExitReason> stopping = {};   ///< Set by stop(): ends after this turn.
  std::unique_ptr<ExitReason> killed_by = {};  ///< Set by an exit signal: ends before the next.
  bool overflowed = false;  ///< Killed by its own mailbox: a crash, so it has its last turn.
  bool started = false;
  bool queued = false;  ///< On the run queue, which may hold a slot once.
  bool working =
      false;  ///< Its work runs on a worker thread, so the process must not be destroyed.
};

}  // namespace phx::process
