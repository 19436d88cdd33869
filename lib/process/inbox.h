#pragma once
/// \file
/// What one thread tells another: mail and signals in one queue, so that their order is kept.

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
/// Something to do on the shard's thread that is no mail: a broadcast's dispatch, a stop.
struct TaskSignal {
  std::function<void()> run;
  Pid blame = {};  ///< Who crashes if it throws.
};

/// A signal, with the process whose work on a worker thread sent it: its own shard drops what it
/// sent after its death. (Another shard can't know, and delivers it.) Nobody, where it was sent
/// regardless of that.
struct Signal {
  using Body =
      std::variant<Deliver, ExitSignal, MonitorSignal, DemonitorSignal, SpawnSignal, TaskSignal>;
  Body body;
  Pid from = {};
};

/// Many writers, one reader. Any thread may push; only the shard's thread takes.
class Inbox {
 public:
  /// Called, on the pusher's thread, when the inbox was empty: it must wake the shard's loop.
  void on_wake(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }

  void push(Signal signal) {
    const std::lock_guard lock(mutex_);
    signals_.push_back(std::move(signal));
    if (signals_.size() == 1 && wake_) wake_();
  }

  /// The next signal, if there is one. Only the shard's thread, as has_taken().
  std::optional<Signal> next() {
    if (!has_taken()) take_all();
    if (!has_taken()) return std::nullopt;
    return std::move(taken_[at_++]);
  }
  /// Some have left the queue that wakes, and wait here for next().
  bool has_taken() const { return at_ < taken_.size(); }

 private:
  void take_all() {
    at_ = 0;
    taken_.clear();
    const std::lock_guard lock(mutex_);
    taken_ = std::exchange(signals_, {});
  }

  std::mutex mutex_;
  std::vector<Signal> signals_;
  std::function<void()> wake_;
  std::vector<Signal> taken_;  ///< The reader's, who needs no lock for them.
  std::size_t at_ = 0;         ///< So many of them are gone.
};

}  // namespace phx::process
