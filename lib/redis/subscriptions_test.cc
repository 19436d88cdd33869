/// When Redis is asked to subscribe and unsubscribe, and what its confirmations release.

#include "redis/subscriptions.h"

#include <fmt/format.h>

#include <random>
#include <set>
#include <utility>

#include "testing/case.h"

using namespace phx;
using namespace phx::redis;
using namespace phx::testing;

namespace {

using Names = std::vector<std::string>;

const Clock::time_point start{};

/// A Redis that confirms when the test says so.
struct Fixture {
  Subscriptions channels;
  Clock::time_point now = start;
  Names asked, left;  ///< Not confirmed yet.
  std::optional<Millis> again_after;

  explicit Fixture(const SubscriptionLimits& limits = {}) : channels(limits) {}

  void connect() {
    channels.connected();
    ask();
  }
  void disconnect() {
    asked.clear();
    left.clear();
    channels.disconnected();
  }
  void ask() {
    const auto next = channels.next(now);
    asked.insert(asked.end(), next.subscribe.begin(), next.subscribe.end());
    left.insert(left.end(), next.unsubscribe.begin(), next.unsubscribe.end());
    again_after = next.again_after;
  }
  void confirm() {
    const Names in = std::exchange(asked, {}), out = std::exchange(left, {});
    for (const auto& name : in) channels.confirmed(name, true);
    for (const auto& name : out) channels.confirmed(name, false);
    ask();
  }
  void settle() {
    while (!asked.empty() || !left.empty() || again_after == Millis{0}) confirm();
  }
  void want(const std::string& name) {
    channels.want(name);
    ask();
  }
  void unwant(const std::string& name) {
    channels.unwant(name, now);
    ask();
  }
  void pass(Millis time) {
    now += time;
    ask();
  }
};

std::string name_of(std::size_t n) { return fmt::format("channel {:06}", n); }

}  // namespace

PHX_TEST("a channel is subscribed when it is first wanted, and only then") {
  Fixture f;
  f.connect();
  f.want("a");
  f.want("a");
  expect_eq(f.asked, Names{"a"});
  expect(!f.channels.is_subscribed("a"), "Redis has not confirmed it");
  f.confirm();
  expect(f.channels.is_subscribed("a"), "it has");
  f.want("a");
  expect_eq(f.asked, Names{});
}

PHX_TEST("an unwanted channel is left after a delay, unless it is wanted again by then") {
  Fixture f;
  f.connect();
  for (const char* name : {"a", "b"}) f.want(name);
  f.confirm();
  for (const char* name : {"a", "b"}) f.unwant(name);
  expect_eq(f.left, Names{});
  expect_eq(f.again_after.value().count(), 1'000);
  f.want("b");
  expect(f.channels.is_subscribed("b"), "it was never left");
  f.pass(Millis{1'000});
  expect_eq(f.left, Names{"a"});
  expect_eq(f.asked, Names{});
  f.confirm();
  expect_eq(f.channels.count(), std::size_t{1});
}

PHX_TEST("repeated joins and leaves send Redis nothing") {
  Fixture f;
  f.connect();
  f.want("a");
  f.confirm();
  for (int i = 0; i < 900; ++i) {
    f.unwant("a");
    f.want("a");
    f.pass(Millis{1});
  }
  f.pass(Millis{1'000});
  expect(f.asked.empty() && f.left.empty(), "nothing was sent");
}

PHX_TEST(
    "a wait ends when Redis confirms, at once if it already has, and when the connection ends") {
  Fixture f;
  Names done;
  const auto wait = [&](const std::string& name, const std::string& who) {
    f.channels.when_subscribed(name, [&done, who] { done.push_back(who); });
  };
  f.want("a");
  wait("a", "without a connection");
  expect_eq(done, Names{"without a connection"});
  f.connect();
  wait("a", "before");
  wait("a", "before, too");
  expect_eq(done.size(), std::size_t{1});
  f.confirm();
  wait("a", "after");
  expect_eq(done, Names({"without a connection", "before", "before, too", "after"}));
  f.want("b");
  wait("b", "when Redis goes away");
  f.disconnect();
  expect_eq(done.back(), std::string("when Redis goes away"));
}

PHX_TEST("a channel that is wanted again while it is being left is subscribed after that") {
  Fixture f;
  f.connect();
  f.want("a");
  f.confirm();
  f.unwant("a");
  f.pass(Millis{1'000});
  expect_eq(f.left, Names{"a"});
  bool heard = false;
  f.want("a");
  f.channels.when_subscribed("a", [&heard] { heard = true; });
  expect_eq(f.asked, Names{});  // its confirmation could be mistaken for the other's
  f.confirm();
  expect(!heard, "it is not subscribed");
  expect_eq(f.asked, Names{"a"});
  f.confirm();
  expect(heard, "it is");
}

PHX_TEST("a new connection subscribes to all wanted channels in slices, awaited ones first") {
  constexpr std::size_t count = 5'000;
  Fixture f({.in_flight = 100});
  for (std::size_t i = 0; i < count; ++i) f.channels.want(name_of(i));
  f.connect();
  expect_eq(f.asked.size(), std::size_t{100});
  f.confirm();
  bool last = false;
  f.channels.when_subscribed(name_of(count - 1), [&last] { last = true; });
  f.confirm();
  f.confirm();
  expect(last, "the last was subscribed as soon as a caller waited for it");
  std::size_t slices = 3;
  for (; !f.asked.empty(); ++slices) {
    expect(f.asked.size() <= 100, "a slice");
    f.confirm();
  }
  expect_eq(f.channels.count(), count);
  expect(slices <= count / 50, "no more slices than halves: " + std::to_string(slices));
  f.disconnect();
  expect_eq(f.channels.count(), std::size_t{0});
  f.connect();
  f.settle();
  expect_eq(f.channels.count(), count);
}

PHX_TEST("a channel that came and went while Redis was away is not requested") {
  Fixture f;
  f.connect();
  f.want("old");
  f.confirm();
  f.unwant("old");
  f.disconnect();
  f.channels.want("new");
  f.channels.want("gone");
  f.channels.unwant("gone", f.now);
  f.connect();
  expect_eq(f.asked, Names{"new"});
  f.pass(Millis{1'000});
  f.settle();
  expect_eq(f.channels.count(), std::size_t{1});
}

PHX_TEST("lingering channels have a limit; beyond it the oldest are left at once") {
  Fixture f({.in_flight = 100, .linger = Millis{1'000}, .lingering = 10});
  f.connect();
  for (std::size_t i = 0; i < 30; ++i) f.want(name_of(i));
  f.settle();
  for (std::size_t i = 0; i < 30; ++i) f.unwant(name_of(i));
  std::set<std::string> left(f.left.begin(), f.left.end());
  expect_eq(left.size(), std::size_t{20});
  expect(left.contains(name_of(0)) && !left.contains(name_of(29)), "the oldest");
}

PHX_TEST("beyond the limit of the queue, all wanted channels are still subscribed") {
  Fixture f({.in_flight = 10, .linger = Millis{1'000}, .lingering = 20});
  f.connect();
  for (std::size_t i = 0; i < 500; ++i) f.channels.want(name_of(i));
  f.ask();
  f.settle();
  expect_eq(f.channels.count(), std::size_t{500});
}

PHX_TEST("only one caller is told to call next()") {
  Fixture f;
  f.connect();
  expect(f.channels.want("a"), "the first is");
  expect(!f.channels.want("b"), "the second relies on that");
  f.ask();
  expect_eq(f.asked, Names({"a", "b"}));
  expect(f.channels.want("c"), "and now once more");
}

PHX_TEST("whatever the order of events, in the end exactly the wanted channels are subscribed") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::minstd_rand random(seed + 1);
    Fixture f({.in_flight = 6, .linger = Millis{50}, .lingering = 5});
    std::map<std::string, int> wanted;
    std::size_t promised = 0, kept = 0;
    for (int step = 0; step < 3'000; ++step) {
      const std::string name = name_of(random() % 20);
      switch (random() % 9) {
        case 0:
        case 1:
        case 2:
          ++wanted[name];
          if (f.channels.want(name)) f.ask();
          ++promised;
          f.channels.when_subscribed(name, [&kept] { ++kept; });
          break;
        case 3:
        case 4:
        case 5:
          if (wanted[name] == 0) break;
          --wanted[name];
          if (f.channels.unwant(name, f.now)) f.ask();
          break;
        case 6: f.confirm(); break;
        case 7: f.pass(Millis{20}); break;
        default:
          if (random() % 50 == 0) {
            f.disconnect();
            f.connect();
          }
      }
      expect(f.asked.size() + f.left.size() <= 6, "the limit in flight holds");
    }
    for (int i = 0; i < 100; ++i) {
      f.settle();
      f.pass(Millis{50});
    }
    std::size_t heard = 0;
    for (const auto& [name, count] : wanted) heard += count > 0 ? 1 : 0;
    expect_eq(f.channels.count(), heard);
    expect(kept > 0 && kept <= promised, "each wait ends once at most");
    expect(f.asked.empty() && f.left.empty(), "nothing is left to do");
  }
}
