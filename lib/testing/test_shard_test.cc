/// The test's clock, and its limits.

#include "testing/test_shard.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// Records the time of each tick, and restarts after a delay.
struct Ticker final : process::Process {
  Ticker(Millis delay, std::vector<Millis>& ticks) : delay_(delay), ticks_(ticks) {}

 protected:
  void init() override {
    began_ = scheduler().now();
    scheduler().send_after(delay_, self(), 1);
  }
  void handle(process::Message) override {
    ticks_.push_back(std::chrono::duration_cast<Millis>(scheduler().now() - began_));
    scheduler().send_after(delay_, self(), 1);
  }

 private:
  const Millis delay_;
  std::vector<Millis>& ticks_;
  Clock::time_point began_;
};

struct Endless final : process::Process {
 protected:
  void init() override { scheduler().send(self(), 1); }
  void handle(process::Message) override { scheduler().send(self(), 1); }
};

}  // namespace

PHX_TEST("each timer fires at its own time, however much time passes at once") {
  TestShard shard;
  std::vector<Millis> ticks;
  shard.scheduler.spawn(std::make_unique<Ticker>(Millis{300}, ticks));
  shard.settle();
  shard.pass(Millis{1'000});
  expect_eq(ticks.size(), 3u);
  expect(ticks.back() == Millis{900}, "the third tick is at 900 ms");
  shard.pass(Millis{200});
  expect(ticks.back() == Millis{1'200}, "the fourth is due at the very end of what passes");
}

PHX_TEST("processes that never come to rest are reported, and so are endless timers") {
  TestShard restless({.messages_a_turn = 1, .turns_a_run = 1});
  restless.scheduler.spawn(std::make_unique<Endless>());
  expect(expect_throw<Failure>([&restless] { restless.settle(); }).find("come to rest") !=
             std::string::npos,
         "the failure says what was expected");
  TestShard shard;
  std::vector<Millis> ticks;
  shard.scheduler.spawn(std::make_unique<Ticker>(Millis{0}, ticks));
  shard.settle();
  expect(expect_throw<Failure>([&shard] { shard.pass(Millis{1}); }).find("timer of 0 ms") !=
             std::string::npos,
         "and where to look");
}
