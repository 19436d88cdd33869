#pragma once
/// \file
/// The base class of every process: a state, and a handler that gets one message at a time.
///
///     struct Counter : phx::process::Process {
///       void handle(phx::process::Message message) override {
///         if (const int* more = message.get_if<int>()) total_ += *more;
///         if (total_ > 100) stop();
///       }
///       int total_ = 0;
///     };
///     const phx::process::Pid counter = scheduler.spawn(std::make_unique<Counter>());
///     scheduler.send(counter, 3);  // it arrives in a turn of the counter's own
///
/// Mirrors Erlang's gen_server. Nothing else touches a process's state. A process that throws
/// crashes, and its monitors are notified. Use all members only in the process's own turn, on its
/// shard's thread.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "process/message.h"

namespace phx::process {

class Mailbox;
class Scheduler;
struct Slot;

/// Throw it anywhere in a turn to end the process. Mirrors Kernel.exit/1.
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

  /// The process's name in the log: `channel room:lobby`.
  virtual std::string name() const { return "process"; }
  /// What it is, in a word or two, for people who look: `channel`, `websocket`.
  virtual std::string_view kind() const { return "process"; }
  /// The topic that it is about, if it is about one.
  virtual std::string_view topic() const { return {}; }
  /// The processes that it has started and looks after.
  virtual std::vector<Pid> children() const { return {}; }
  /// Whether it gets its turns before all others: for a process that drains what the others
  /// produce, which would otherwise pile up. Mirrors Process.flag(:priority, :high).
  virtual bool urgent() const { return false; }
  /// The process of the client that this one serves, if it serves one. A client's processes share
  /// its part of the workers, and what waits for them counts together.
  virtual Pid client() const { return {}; }
  /// For a client's own process: the network it connects from (network_of). The clients of one
  /// network share a part of the workers. Empty: unknown, and the client counts as a network of its
  /// own.
  virtual std::string network() const { return {}; }
  /// Bytes that wait for its client to read them.
  virtual std::size_t unsent_bytes() const { return 0; }
  /// Bytes that it keeps for its client besides its mail.
  virtual std::size_t held_bytes() const { return 0; }

 protected:
  /// The first turn, before any message.
  virtual void init() {}
  /// One message; the next comes when this returns.
  virtual void handle(Message message) = 0;
  /// The last turn, after stop() or a crash, but not after an exit signal. May still send.
  virtual void terminate(const ExitReason& reason);
  /// Whether an exit signal gets a turn, in exit_requested(). Unless overridden, the process just
  /// ends.
  virtual bool traps_exits() const { return false; }
  /// REQUIRES: traps_exits(). Called in turn, like a message.
  virtual void exit_requested(ExitReason reason) { stop(std::move(reason)); }

  /// Ends the process when the running handler returns.
  void stop(ExitReason reason = {});

  /// Waits for the message tagged `ref`; all other mail stays queued, in order. `then` gets the
  /// message, or nothing if `patience` runs out. Erlang's selective receive.
  void await(Ref ref, std::optional<Millis> patience,
             std::function<void(std::optional<Message>)> then);

  /// Monitors, asks and awaits. The caller crashes if no answer comes in time or the target is
  /// dead. Mirrors GenServer.call/3, whose default patience is 5,000 ms.
  void call(Pid target, Message request, std::function<void(Message)> then,
            Millis patience = Millis{5000});

  /// For blocking work: runs `work` on a worker thread, then `then` here; the mailbox waits
  /// meanwhile. What `work` throws is rethrown in this process's turn.
  void offload(std::function<void()> work, std::function<void()> then);

  /// What becomes of a message that comes while this process awaits another.
  enum class Meanwhile {
    queue,       ///< It waits for its turn, like any mail.
    joined,      ///< It has become a part of the newest mail, which now counts Message::bytes more.
    end_of_rest  ///< Nothing else matters any more: the other mail is dropped, and work not yet
                 ///< begun.
  };
  /// Called by the sender, in no turn of this process: send nothing. `waiting` is the mail.
  virtual Meanwhile meanwhile(Message& message, Mailbox& waiting);
  /// Bytes that messages which joined may hold together, if fewer than Limits::mailbox_bytes; more
  /// end the process.
  virtual std::size_t joined_limit() const;

  /// A body that NeedsNoTurn, while this process is at rest: it has had its first turn, has no
  /// mail, awaits nothing, and is not in a turn. Called in the sender's turn: send nothing, and do
  /// little. True: it was taken. False: it comes as a message.
  virtual bool take_at_once(Offer) { return false; }

  /// What Scheduler::hand gave it: a turn, as for a message. Unless overridden, it is handled as
  /// one.
  virtual void take_in_turn(Offer handed) { handle(handed.message()); }

  /// Called however the process ended, once it is out of the table and before Downs are sent. This
  /// is not a turn: send nothing; only release what others hold of this process.
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
