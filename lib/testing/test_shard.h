#pragma once
/// \file
/// A shard without a server: a scheduler whose clock only the test moves, and a pubsub. Or two
/// shards.

#include "channel/socket.h"
#include "process/scheduler.h"
#include "pubsub/pubsub.h"
#include "telemetry/telemetry.h"

namespace phx::testing {

/// The environment of one test's processes. Neither copied nor moved. The test's thread only.
class TestShard {
 public:
  explicit TestShard(process::Limits limits = {}, Log log = Log::silent(), std::uint32_t shard = 0);
  TestShard(const TestShard&) = delete;
  TestShard& operator=(const TestShard&) = delete;
  ~TestShard() { scheduler.clear(); }

  /// Runs until no process has anything to do. \throws Failure if that never happens.
  void settle();
  /// Moves the clock: each timer fires at its own time, and its effects come before the next.
  /// \throws Failure if the timers don't end.
  void pass(Millis time);
  const Context& context() const { return context_; }

  telemetry::Telemetry telemetry;
  process::Scheduler scheduler;
  pubsub::PubSub pubsub{scheduler};

 private:
  const Context context_{&scheduler, &pubsub, &telemetry};
  Clock::time_point now_ = scheduler.now();
};

/// Two connected shards, both on the test's thread.
struct TwoShards {
  TestShard first, second{{}, Log::silent(), 1};

  TwoShards() {
    process::Scheduler::connect({&first.scheduler, &second.scheduler});
    pubsub::PubSub::connect({&first.pubsub, &second.pubsub});
  }
};

}  // namespace phx::testing
