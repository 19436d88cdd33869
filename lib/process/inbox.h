#pragma once
/// \file
/// What one thread sends another: mail and signals in one queue, which keeps their order.

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

#include "process/process.h"

namespace phx::process {

struct Deliver {
  Pid to;
  Message message;
};
struct ExitSignal {
  Pid to;
  ExitReason reason;
};
struct MonitorSignal {
  Ref ref;
  Pid watcher;
  Pid target;
};
struct DemonitorSignal {
  Ref ref;
  Pid target;
};
struct SpawnSignal {
  Pid pid;
  std::unique_ptr<Process> process;
};
/// Work for the shard's thread that is not mail: a broadcast's dispatch, a stop.
struct TaskSignal {
  std::function<void()> run;
  Pid blame = {};                                   ///< The process that crashes if it throws.
  std::unique_ptr<Trail> trail = process::trail();  ///< Of a traced frame.
};

/// A signal, and the process whose work on a worker thread sent it. If that process is dead, its
/// own shard drops the signal. (Another shard can't know, and delivers it.) Pid{} for anything
/// else, and for what send_regardless sends.
struct Signal {
  using Body =
      std::variant<Deliver, ExitSignal, MonitorSignal, DemonitorSignal, SpawnSignal, TaskSignal>;
  Body body;
  Pid from = {};
};

/// Many writers, one reader. Any thread may push; only the shard's thread reads.
class Inbox {
 public:
  Inbox();
  ~Inbox();

  /// `wake` must wake the shard's loop. Called on the pusher's thread, if the inbox was empty.
  void on_wake(std::function<void()> wake);

  void push(Signal signal);

  enum class Offer { taken, refused, first_refused };
  /// The same if fewer than `limit` wait. `first_refused`: since the reader last took them.
  Offer offer(Signal signal, std::size_t limit);

  /// The next signal, if any. Shard thread only, like has_taken().
  std::optional<Signal> next();
  /// Signals taken off the shared queue still wait for next(); no wake-up comes for them.
  bool has_taken() const { return at_ < taken_.size(); }

 private:
  void add(Signal signal);
  void take_all();

  std::mutex mutex_;
  std::vector<Signal> signals_;
  std::function<void()> wake_;
  bool refused_ = false;
  std::vector<Signal> taken_;  ///< The reader's own: needs no lock.
  std::size_t at_ = 0;         ///< Index of the next one to read.
};

}  // namespace phx::process
