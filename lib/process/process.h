#pragma once
/// \file
/// What one writes to make a process: a state, and a handler that gets one message at a time.
///
/// Mirrors Erlang's gen_server. Nothing else touches a process's state; to throw is to crash, and
/// those who monitor it are told. All members are for the process's own turn, on its shard's
/// thread.

#include <functional>
#include <optional>

#include "base/log.h"
#include "base/time.h"
#include "process/message.h"

namespace phx::process {

class Scheduler;
struct Slot;

/// A process that ends by its own will: throw it anywhere in a turn. Mirrors Kernel.exit/1.
struct Exit {
  ExitReason reason;
};

class Process : public LogSubject {
 public:
  Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() override = default;

  Pid self() const { return self_; }

  /// What a log calls this process: `channel room:lobby`.
  virtual std::string name() const { return "process"; }
  /// Has its turns before all others: for who carries away what the others make, or they would pile
  /// it up. Mirrors Process.flag(:priority, :high).
  virtual bool urgent() const { return false; }

 protected:
  /// The first turn, before any message.
  virtual void init() {}
  /// One message; the next comes when this returns.
  virtual void handle(Message message) = 0;
  /// The last turn, after stop() or a crash, but not after an exit signal. May still send.
  virtual void terminate(const ExitReason& reason);
  /// An exit signal has come. Unless overridden there is no turn for it: the process just ends.
  virtual bool traps_exits() const { return false; }
  /// REQUIRES: traps_exits(). Called in turn, like a message.
  virtual void exit_requested(ExitReason reason) { stop(std::move(reason)); }

  /// Ends the process when the running handler returns.
  void stop(ExitReason reason = {});

  /// See nothing but the message tagged `ref`; all other mail stays queued, in order.
  /// `then` gets the message, or nothing when `patience` ran out. Erlang's selective receive.
  void await(Ref ref, std::optional<Millis> patience,
             std::function<void(std::optional<Message>)> then);

  /// Monitors, asks and awaits. No answer in time, or nobody there: the caller crashes.
  /// Mirrors GenServer.call/3, whose default patience is 5,000 ms.
  void call(Pid target, Message request, std::function<void(Message)> then,
            Millis patience = Millis{5000});

  /// Runs `work` on a worker thread and then `then` here; the mailbox waits meanwhile. For what
  /// blocks: what `work` throws is thrown again from this process's turn.
  void offload(std::function<void()> work, std::function<void()> then);

  /// It is out of the table, and Downs are about to be sent: no turn, and nothing may be sent, but
  /// what others hold of this process can be let go. Comes however the process ended.
  virtual void buried() {}

  /// Valid from init() on.
  Scheduler& scheduler() const { return *scheduler_; }

 private:
  friend class Scheduler;
  Pid self_;
  Scheduler* scheduler_ = nullptr;
  Slot* slot_ = nullptr;
};

}  // namespace phx::process
