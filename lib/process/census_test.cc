/// A census is a walk in bounded steps, and other processes get their turns between them.

#include "process/census.h"

#include <set>

#include "process/notes.h"
#include "process/supervisor.h"
#include "testing/actors.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::process;
using namespace phx::testing;

namespace {

std::vector<Pid> spawn_many(ActorShard& shard, std::size_t count) {
  std::vector<Pid> pids;
  for (std::size_t i = 0; i < count; ++i) pids.push_back(shard.spawn([](Actor&, Message) {}));
  shard.settle();
  return pids;
}

}  // namespace

PHX_TEST("a walk over 10,000 processes is cut into steps, and visits each process once") {
  ActorShard shard;
  spawn_many(shard, 10'000);
  Census census(shard.scheduler);
  std::multiset<Pid> visited;
  std::size_t steps = 0, largest = 0;
  for (bool more = true; more; ++steps) {
    const std::size_t before = visited.size();
    more = census.step([&](const Entry& each) { visited.insert(each.pid); });
    largest = std::max(largest, visited.size() - before);
  }
  expect_eq(visited.size(), std::size_t{10'000});
  expect_eq(std::set<Pid>(visited.begin(), visited.end()).size(), std::size_t{10'000});
  expect(steps >= 10'000 / BucketWalk::items_a_step, std::to_string(steps) + " steps");
  // The bucket with which a step ends may hold a few processes more than are left of its share.
  expect(largest <= BucketWalk::items_a_step + 8, std::to_string(largest) + " in one step");
}

PHX_TEST("a walk over the empty table that a crowd left behind is cut into steps too") {
  ActorShard shard;
  for (const Pid pid : spawn_many(shard, 20'000)) shard.scheduler.exit(pid, {ExitReason::normal});
  for (int runs = 0; runs < 10; ++runs) shard.settle();
  Census census(shard.scheduler);
  std::size_t visited = 0, steps = 1;
  while (census.step([&](const Entry&) { ++visited; })) ++steps;
  expect_eq(visited, std::size_t{0});
  expect(steps >= 20'000 / BucketWalk::buckets_a_step, std::to_string(steps) + " steps");
}

PHX_TEST("a table that grows during a walk starts it again, and no process is missed") {
  ActorShard shard;
  spawn_many(shard, 1'000);
  Census census(shard.scheduler);
  std::multiset<Pid> visited;
  std::size_t again = 0;
  const auto step = [&] {
    return census.step([&](const Entry& each) { visited.insert(each.pid); },
                       [&] {
                         visited.clear();
                         ++again;
                       });
  };
  expect(step(), "more to come");
  spawn_many(shard, 5'000);
  while (step()) {
  }
  expect_eq(again, std::size_t{1});
  expect_eq(visited.size(), std::size_t{6'000});
}

PHX_TEST("an entry shows the mail, turns, monitors and age of a process") {
  ActorShard shard;
  Journal journal;
  const Pid pid = shard.spawn([](Actor&, Message) {});
  shard.watcher_of(pid, journal);
  shard.settle();
  shard.pass(std::chrono::seconds(90));
  shard.scheduler.send(pid, std::string("hello"));
  shard.scheduler.send(pid, 1);
  shard.scheduler.send(pid, 2);
  const auto look = [&](const Census::Visit& visit) {
    expect(Census::visit(shard.scheduler, pid, visit), "it is alive");
  };
  look([](const Entry& each) {
    expect_eq(each.mailbox, std::size_t{3});
    expect(each.mailbox_bytes > 3 * sizeof(int), "bytes");
    expect_eq(each.turns, std::uint64_t{1});  // its first, init
    expect_eq(each.monitors, std::size_t{1});
    expect(each.age >= std::chrono::seconds(89) && each.age <= std::chrono::seconds(91), "age");
  });
  const auto mail = Census::mail(shard.scheduler, pid);
  expect_eq(mail.at("int"), std::size_t{2});
  expect_eq(mail.size(), std::size_t{2});
  shard.settle();
  look([](const Entry& each) {
    expect_eq(each.mailbox, std::size_t{0});
    expect_eq(each.turns, std::uint64_t{2});
  });
  shard.scheduler.exit(pid, {ExitReason::killed});
  shard.settle();
  expect(!Census::visit(shard.scheduler, pid, [](const Entry&) {}), "it is gone");
}

PHX_TEST("a supervisor names its children") {
  ActorShard shard;
  const Pid pid = shard.scheduler.spawn(std::make_unique<Supervisor>(
      Strategy::one_for_one,
      std::vector<ChildSpec>{{"a", [] { return std::make_unique<Actor>(); }},
                             {"b", [] { return std::make_unique<Actor>(); }}}));
  shard.settle();
  Census::visit(shard.scheduler, pid, [&](const Entry& each) {
    expect_eq(std::string(each.process.kind()), std::string("supervisor"));
    expect_eq(each.process.children().size(), std::size_t{2});
    for (const Pid child : each.process.children()) expect(shard.scheduler.alive(child), "alive");
  });
}

namespace {

/// Later than any test ends: a slow machine forgets nothing.
Clock::time_point for_long() { return Clock::now() + std::chrono::hours(1); }

std::vector<std::string> types(const std::vector<Handled>& handled) {
  std::vector<std::string> names;
  for (const Handled& each : handled) names.push_back(each.type);
  return names;
}

}  // namespace

PHX_TEST("what a process handles is noted once somebody watches it, the newest first") {
  ActorShard shard;
  const Pid pid = shard.spawn([](Actor&, Message) {}), other = shard.spawn([](Actor&, Message) {});
  shard.settle();
  shard.scheduler.send(pid, 1);
  shard.settle();
  expect(Census::watch(shard.scheduler, pid, for_long()).empty(), "nothing was kept before");
  for (const Pid each : {pid, other}) {
    shard.scheduler.send(each, 1);
    shard.scheduler.send(each, 'c');
  }
  shard.settle();
  const auto handled = Census::watch(shard.scheduler, pid, for_long());
  expect_eq(types(handled), std::vector<std::string>{"char", "int"});
  expect(handled[0].bytes > 0 && handled[0].took.count() >= 0, "with its bytes and its time");
  expect(handled[0].ago <= handled[1].ago, "in this order");
  expect(Census::watch(shard.scheduler, other, for_long()).empty(), "nobody watched the other");
  for (int number = 0; number < 100; ++number) shard.scheduler.send(pid, number);
  shard.settle();
  expect_eq(Census::watch(shard.scheduler, pid, for_long()).size(), Notes::max_notes);
}

PHX_TEST("when nobody has asked for a while, what was noted is dropped, and no more is") {
  ActorShard shard;
  const Pid pid = shard.spawn([](Actor&, Message) {});
  shard.settle();
  Census::watch(shard.scheduler, pid, for_long());
  shard.scheduler.send(pid, 1);
  shard.settle();
  const auto long_ago = Clock::now() - Notes::patience;
  expect_eq(Census::watch(shard.scheduler, pid, long_ago).size(), 1u);
  shard.scheduler.send(pid, 2);
  shard.settle();
  expect(Census::watch(shard.scheduler, pid, for_long()).empty(), "all was dropped");
}

PHX_TEST("an awaited message is noted, and a process that ends takes its notes along") {
  ActorShard shard;
  const Pid pid = shard.spawn([](Actor& actor, Message message) {
    if (message.holds<char>()) throw std::runtime_error("crash");
    if (message.holds<int>()) actor.await(Ref{7}, {}, [](std::optional<Message>) {});
  });
  shard.settle();
  Census::watch(shard.scheduler, pid, for_long());
  shard.scheduler.send(pid, 1);
  shard.scheduler.send(pid, Message(2.0, Ref{7}));
  shard.settle();
  expect_eq(types(Census::watch(shard.scheduler, pid, for_long())),
            std::vector<std::string>{"double", "int"});
  shard.scheduler.send(pid, 'c');
  shard.settle();
  expect(!shard.scheduler.alive(pid), "it crashed");
  expect(Census::watch(shard.scheduler, pid, for_long()).empty(), "a dead one has no notes");
}

PHX_TEST("of too many watched processes, the one that was asked about longest ago is let go") {
  ActorShard shard;
  const std::vector<Pid> pids = spawn_many(shard, Notes::max_watched + 1);
  auto at = for_long();
  for (const Pid pid : pids) Census::watch(shard.scheduler, pid, at += Millis{1});
  for (const Pid pid : pids) shard.scheduler.send(pid, 1);
  shard.settle();
  expect_eq(Census::watch(shard.scheduler, pids.back(), at).size(), 1u);
  expect_eq(Census::watch(shard.scheduler, pids[1], at).size(), 1u);
  expect_eq(Census::watch(shard.scheduler, pids[0], at).size(), 0u);
}
