/// Runs a test's processes until they are idle, and moves its clock.

#include "testing/test_shard.h"

#include <algorithm>

#include "testing/host.h"

namespace phx::testing {
namespace {

constexpr int max_runs = 100;          // each of Limits::turns_a_run turns: about a second
constexpr int max_timers = 1'000'000;  // eleven days of a timer that ticks every second

}  // namespace

TestShard::TestShard(process::Limits limits, Log log, std::uint32_t shard)
    : scheduler(shard, std::move(log), limits) {}

void TestShard::settle() {
  for (int run = 0; run < max_runs; ++run) {
    if (!scheduler.run(now_)) return;
  }
  throw Failure(
      "expected the processes to come to rest, but they go on sending messages.\nWhat to do: look "
      "for a handler that sends itself a message for each message; send_self_after waits for "
      "pass().");
}

void TestShard::pass(Millis time) {
  const Clock::time_point end = now_ + time;
  for (int timer = 0; timer < max_timers; ++timer) {
    const auto due = scheduler.next_timer();
    now_ = due && *due < end ? std::max(now_, *due) : end;
    settle();
    if (!due || *due >= end) return;
  }
  throw Failure("expected the timers to end before " + std::to_string(time.count()) +
                " ms have passed, but they go on.\nWhat to do: look for a timer of 0 ms that "
                "restarts itself, or pass less time at once.");
}

}  // namespace phx::testing
