#pragma once
/// \file
/// What the scheduler keeps for each process; the process itself never sees it.

#include <memory>
#include <optional>
#include <vector>

#include "process/mailbox.h"
#include "process/process.h"

namespace phx::process {

/// The detail of a crash by a thrown value that is not a std::exception.
constexpr const char* not_an_exception = "something other than a std::exception was thrown";

/// What a process waits for, if it waits for one message only.
struct Awaiting {
  Ref ref;
  std::function<void(std::optional<Message>)> then;
  std::optional<Ref> timer = {};
  std::optional<Message> arrived = {};
};

/// Sent when an await's patience runs out.
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
  bool overflowed = false;  ///< Its mailbox overflowed: a crash, so it gets a last turn.
  bool started = false;
  bool queued = false;  ///< On a run queue, which holds a slot at most once.
  bool working =
      false;  ///< Its work runs on a worker thread, so the process must not be destroyed.
};

}  // namespace phx::process
