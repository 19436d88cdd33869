#pragma once
/// \file
/// Processes that a test makes from functions, and their scheduler.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "process/scheduler.h"

namespace phx::testing {

using process::ExitReason;
using process::Limits;
using process::Message;
using process::Pid;
using process::Process;
using process::Scheduler;

using Journal = std::vector<std::string>;

/// A process made of the functions that a test gives it.
struct Actor : Process {
  std::function<void(Actor&)> on_init = [](Actor&) {};
  std::function<void(Actor&, Message)> on_message = [](Actor&, Message) {};
  std::function<void(Actor&, const ExitReason&)> on_end = [](Actor&, const ExitReason&) {};

  using Process::await;
  using Process::call;
  using Process::offload;
  using Process::scheduler;
  using Process::stop;

 protected:
  void init() override { on_init(*this); }
  void handle(Message message) override { on_message(*this, std::move(message)); }
  void terminate(const ExitReason& reason) override { on_end(*this, reason); }
};

/// A scheduler whose clock the test moves, with actors in it.
struct ActorShard {
  Scheduler scheduler;
  Clock::time_point now = scheduler.now();

  explicit ActorShard(Limits limits = {}) : scheduler(0, Log::silent(), limits) {}

  void settle() {
    while (scheduler.run(now)) {
    }
  }
  void pass(Millis time) {
    now += time;
    settle();
  }
  Pid spawn(
      std::function<void(Actor&, Message)> on_message,
      std::function<void(Actor&)> on_init = [](Actor&) {}) {
    auto actor = std::make_unique<Actor>();
    actor->on_message = std::move(on_message);
    actor->on_init = std::move(on_init);
    return scheduler.spawn(std::move(actor));
  }
  /// A process that records each Down in the journal.
  Pid watcher_of(Pid target, Journal& journal) {
    return spawn(
        [&journal](Actor&, Message m) {
          if (const process::Down* down = m.get_if<process::Down>())
            journal.push_back(to_string(down->reason));
        },
        [target](Actor& a) { a.scheduler().monitor(a.self(), target); });
  }
};

}  // namespace phx::testing
