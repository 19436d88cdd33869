#pragma once
/// \file
/// A shard without a server: a scheduler whose clock only the test moves, and a pubsub. Or two.

#include "channel/socket.h"
#include "process/scheduler.h"
#include "pubsub/pubsub.h"
#include "telemetry/telemetry.h"

namespace phx::testing {

/// What the processes of one test live in. Neither copies nor moves. The test's thread only.
class TestHouse {
 public:
  explicit TestHouse(process::Limits limits = {}, Log log = Log::silent(), std::uint32_t shard = 0);
  TestHouse(const TestHouse&) = delete;
  TestHouse& operator=(const TestHouse&) = delete;
  ~TestHouse() { scheduler.clear(); }

  /// Until nobody has anything to do. \throws Failure where that never comes.
  void settle();
  /// Lets time go by: each timer comes at its own time, and what it caused before the next one.
  /// \throws Failure where the timers don't end.
  void pass(Millis time);
  Context context() { return {&scheduler, &pubsub, &telemetry}; }

  telemetry::Telemetry telemetry;
  process::Scheduler scheduler;
  pubsub::PubSub pubsub{scheduler};

 private:
  Clock::time_point now_ = scheduler.now();
};

/// Two shards that know each other, both on the test's thread.
struct TwoHouses {
  TestHouse first, second{{}, Log::silent(), 1};

  TwoHouses() {
    process::Scheduler::connect({&first.scheduler, &second.scheduler});
    pubsub::PubSub::connect({&first.pubsub, &second.pubsub});
  }
};

}  // namespace phx::testing
