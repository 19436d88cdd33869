/// Processes: order, isolation, monitors, timeouts, limits.

#include "process/process.h"

#include <atomic>
#include <thread>

#include "process/scheduler.h"
#include "process/timers.h"
#include "testing/actors.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::process;
using namespace phx::testing;

PHX_TEST("messages are handled one at a time, in the order sent") {
  ActorShard shard;
  Journal journal;
  const Pid pid =
      shard.spawn([&](Actor&, Message m) { journal.push_back(std::to_string(*m.get_if<int>())); });
  for (int i = 0; i < 100; ++i) shard.scheduler.send(pid, i);
  expect(journal.empty(), "send only enqueues");
  shard.settle();
  expect_eq(journal.size(), 100u);
  for (int i = 0; i < 100; ++i) expect_eq(journal[static_cast<std::size_t>(i)], std::to_string(i));
}

PHX_TEST("run() within a turn gives no other process a turn") {
  ActorShard shard;
  Journal journal;
  const Pid second = shard.spawn([&](Actor&, Message) { journal.push_back("second"); });
  const Pid first = shard.spawn([&](Actor&, Message) {
    shard.scheduler.send(second, 1);
    shard.scheduler.run(shard.scheduler.now());
    journal.push_back("first has ended");
  });
  shard.scheduler.send(first, 1);
  shard.settle();
  expect_eq(journal, Journal{"first has ended", "second"});
}

PHX_TEST("a crash ends one process, and its watchers get the reason") {
  ActorShard shard;
  Journal journal;
  const Pid bad = shard.spawn([](Actor&, Message) { throw std::runtime_error("boom"); });
  const Pid good = shard.spawn([&](Actor&, Message) { journal.push_back("good"); });
  shard.watcher_of(bad, journal);
  shard.settle();
  shard.scheduler.send(bad, 1);
  shard.scheduler.send(good, 1);
  shard.settle();
  expect_eq(journal, Journal{"good", "crash: boom"});
  expect(!shard.scheduler.alive(bad) && shard.scheduler.alive(good), "one is gone, one lives");
}

PHX_TEST("an alarm fires once, may be reset before that, and ends with its owner") {
  ActorShard shard;
  Journal journal;
  auto alarm = std::make_unique<Alarm>();
  const Pid pid = shard.spawn([&](Actor&, Message m) {
    if (m.holds<TimerFired>()) journal.push_back("rang");
  });
  shard.scheduler.set(*alarm, Millis{10}, pid);
  shard.scheduler.set(*alarm, Millis{20}, pid);
  shard.pass(Millis{15});
  expect(journal.empty(), "it was reset");
  expect(shard.scheduler.next_timer().has_value(), "it is waited for");
  shard.pass(Millis{5});
  expect_eq(journal, Journal{"rang"});
  shard.pass(Millis{100});
  expect_eq(journal, Journal{"rang"});
  shard.scheduler.set(*alarm, Millis{10}, pid);
  alarm.reset();
  shard.pass(Millis{100});
  expect_eq(journal, Journal{"rang"});
  expect(!shard.scheduler.next_timer(), "nothing is waited for any more");
}

PHX_TEST("terminate is the last turn and its sends come before the Down") {
  ActorShard shard;
  Journal journal;
  const Pid reader = shard.spawn([&](Actor&, Message m) {
    if (m.holds<std::string>()) journal.push_back(*m.get_if<std::string>());
    if (m.holds<Down>()) journal.push_back("down");
  });
  auto actor = std::make_unique<Actor>();
  actor->on_message = [](Actor& a, Message) { a.stop(); };
  actor->on_end = [reader](Actor& a, const ExitReason&) {
    a.scheduler().send(reader, std::string("farewell"));
  };
  const Pid leaver = shard.scheduler.spawn(std::move(actor));
  shard.scheduler.monitor(reader, leaver);
  shard.scheduler.send(leaver, 1);
  shard.settle();
  expect_eq(journal, Journal{"farewell", "down"});
}

PHX_TEST("an exit signal ends a process at once and without terminate") {
  ActorShard shard;
  Journal journal;
  auto actor = std::make_unique<Actor>();
  actor->on_message = [&](Actor&, Message) { journal.push_back("message"); };
  actor->on_end = [&](Actor&, const ExitReason&) { journal.push_back("terminate"); };
  const Pid pid = shard.scheduler.spawn(std::move(actor));
  shard.watcher_of(pid, journal);
  shard.settle();
  shard.scheduler.send(pid, 1);
  shard.scheduler.exit(pid, {ExitReason::shutdown, "duplicate_join"});
  shard.settle();
  expect_eq(journal, Journal{"shutdown: duplicate_join"});
}

PHX_TEST("monitoring a dead process gives noproc, and a Pid is never used twice") {
  ActorShard shard;
  Journal journal;
  const Pid first = shard.spawn([](Actor& a, Message) { a.stop(); });
  shard.scheduler.send(first, 1);
  shard.settle();
  const Pid second = shard.spawn([](Actor&, Message) {});
  expect(first != second, "a new process has a new name");
  shard.watcher_of(first, journal);
  shard.settle();
  expect_eq(journal, Journal{"noproc"});
}

PHX_TEST("demonitor takes back a Down that is already queued") {
  ActorShard shard;
  Journal journal;
  const Pid target = shard.spawn([](Actor&, Message) {});
  const Pid watcher = shard.watcher_of(Pid{}, journal);
  shard.settle();
  journal.clear();
  const Ref ref = shard.scheduler.monitor(watcher, target);
  shard.scheduler.exit(target, {});
  shard.scheduler.demonitor(ref, watcher, target);
  shard.settle();
  expect_eq(journal, Journal{});
}

PHX_TEST("a timeout at the moment when the wait ends leaves no message") {
  ActorShard shard;
  Journal journal;
  const Ref ref = shard.scheduler.make_ref();
  const Pid pid = shard.spawn([&](Actor&, Message) { journal.push_back("stray"); },
                              [&, ref](Actor& a) {
                                a.await(ref, Millis{500}, [&](std::optional<Message> m) {
                                  journal.push_back(m ? "message" : "nothing");
                                });
                              });
  shard.settle();
  shard.scheduler.send(pid, Message(1, ref));
  shard.pass(Millis{500});
  expect_eq(journal, Journal{"message"});
}

//! [await]
PHX_TEST("await sees its own message first and leaves the others in order") {
  ActorShard shard;
  Journal journal;
  const Ref ref = shard.scheduler.make_ref();
  const Pid pid =
      shard.spawn([&](Actor&, Message m) { journal.push_back(std::to_string(*m.get_if<int>())); },
                  [&, ref](Actor& a) {
                    a.await(ref, std::nullopt, [&](std::optional<Message> m) {
                      journal.push_back("awaited " + *m->get_if<std::string>());
                    });
                  });
  shard.scheduler.send(pid, 1);
  shard.scheduler.send(pid, 2);
  shard.settle();
  expect_eq(journal, Journal{});
  shard.scheduler.send(pid, Message(std::string("answer"), ref));
  shard.settle();
  expect_eq(journal, Journal{"awaited answer", "1", "2"});
}
//! [await]

PHX_TEST("await gives up when its patience runs out") {
  ActorShard shard;
  Journal journal;
  shard.spawn([&](Actor&, Message) { journal.push_back("stray"); },
              [&](Actor& a) {
                a.await(a.scheduler().make_ref(), Millis{500}, [&](std::optional<Message> m) {
                  journal.push_back(m ? "message" : "nothing");
                });
              });
  shard.settle();
  shard.pass(Millis{499});
  expect_eq(journal, Journal{});
  shard.pass(Millis{1});
  expect_eq(journal, Journal{"nothing"});
}

PHX_TEST("an urgent process has its turn before those that were queued first") {
  struct Urgent : Actor {
    bool urgent() const override { return true; }
  };
  ActorShard shard(Limits{.messages_a_turn = 1});
  Journal journal;
  const Pid plain = shard.spawn([&](Actor&, Message) { journal.push_back("plain"); });
  auto actor = std::make_unique<Urgent>();
  actor->on_message = [&](Actor&, Message) { journal.push_back("urgent"); };
  const Pid urgent = shard.scheduler.spawn(std::move(actor));
  for (int i = 0; i < 2; ++i) shard.scheduler.send(plain, i);
  for (int i = 0; i < 2; ++i) shard.scheduler.send(urgent, i);
  shard.settle();
  expect_eq(journal, Journal{"urgent", "urgent", "plain", "plain"});
}

namespace {

/// Takes the last of those that it is offered, and notes how many there were.
struct LastFirst final : Chooser {
  std::vector<std::size_t> offered;
  std::size_t choose(std::size_t count) override {
    offered.push_back(count);
    return count - 1;
  }
};

}  // namespace

PHX_TEST("a chooser decides whose turn is next, and each process gets its mail in order") {
  LastFirst chooser;  // outlives the scheduler
  ActorShard shard(Limits{.messages_a_turn = 1});
  shard.scheduler.choose_by(chooser);
  Journal journal;
  const auto told_by = [&](const std::string& name) {
    return shard.spawn([&journal, name](Actor&, Message m) {
      journal.push_back(name + std::to_string(*m.get_if<int>()));
    });
  };
  const Pid a = told_by("a"), b = told_by("b"), c = told_by("c");
  shard.settle();
  chooser.offered.clear();
  for (int i = 1; i <= 2; ++i) {
    for (const Pid& pid : {a, b, c}) shard.scheduler.send(pid, i);
  }
  shard.settle();
  expect_eq(journal, Journal{"c1", "c2", "b1", "b2", "a1", "a2"});
  expect(chooser.offered == std::vector<std::size_t>{3, 3, 2, 2}, "one alone is not a choice");
}

PHX_TEST(
    "a chooser leaves urgent processes before others, and timers in the order of their times") {
  struct Urgent : Actor {
    bool urgent() const override { return true; }
  };
  LastFirst chooser;
  ActorShard shard;
  shard.scheduler.choose_by(chooser);
  Journal journal;
  auto actor = std::make_unique<Urgent>();
  actor->on_message = [&](Actor&, Message) { journal.push_back("urgent"); };
  const Pid urgent = shard.scheduler.spawn(std::move(actor));
  const Pid plain = shard.spawn([&](Actor&, Message m) {
    journal.push_back(m.holds<TimerFired>() ? "alarm" : *m.get_if<std::string>());
  });
  Alarm alarm;
  shard.scheduler.send_after(Millis{20}, plain, std::string("late"));
  shard.scheduler.send_after(Millis{10}, plain, std::string("first"));
  shard.scheduler.set(alarm, Millis{10}, plain);
  shard.scheduler.send_after(Millis{20}, urgent, 1);
  shard.pass(Millis{30});
  expect_eq(journal, Journal{"urgent", "alarm", "first", "late"});
}

PHX_TEST("one busy process does not starve another") {
  ActorShard shard(Limits{.messages_a_turn = 2});
  Journal journal;
  const Pid busy = shard.spawn([&](Actor&, Message) { journal.push_back("busy"); });
  const Pid other = shard.spawn([&](Actor&, Message) { journal.push_back("other"); });
  for (int i = 0; i < 4; ++i) shard.scheduler.send(busy, i);
  shard.scheduler.send(other, 1);
  shard.settle();
  expect_eq(journal, Journal{"busy", "busy", "other", "busy", "busy"});
}

PHX_TEST("a run keeps its budget, and the rest follows in the next") {
  ActorShard shard(Limits{.messages_a_turn = 1, .turns_a_run = 3});
  int handled = 0;
  const Pid pid = shard.spawn([&](Actor&, Message) { ++handled; });
  for (int i = 0; i < 5; ++i) shard.scheduler.send(pid, i);
  expect(shard.scheduler.run(shard.now), "more is waiting");
  expect_eq(handled, 3);
  shard.settle();
  expect_eq(handled, 5);
}

PHX_TEST("a cancelled timer never fires") {
  ActorShard shard;
  int rings = 0;
  const Pid pid = shard.spawn([&](Actor&, Message) { ++rings; });
  const Ref cancelled = shard.scheduler.send_after(Millis{10}, pid, 1);
  shard.scheduler.send_after(Millis{20}, pid, 2);
  shard.scheduler.cancel(cancelled);
  shard.pass(Millis{30});
  expect_eq(rings, 1);
}

PHX_TEST("a process that has ended leaves no timer behind, in whatever way it ended") {
  ActorShard shard;
  Journal journal;
  const Pid other = shard.spawn([&](Actor&, Message) { journal.push_back("the other's"); });
  const auto with_timers = [&] {
    const Pid pid = shard.spawn([](Actor& a, const Message&) {
      a.scheduler().send_after(Millis{7'000}, a.self(), 2);
      throw std::runtime_error("boom");
    });
    shard.scheduler.send_after(Millis{5'000}, pid, 1);
    shard.scheduler.send_after(Millis{6'000}, pid, 1);
    return pid;
  };
  const Pid crashes = with_timers(), is_ended = with_timers();
  shard.scheduler.send(crashes, 0);
  shard.scheduler.exit(is_ended, {ExitReason::shutdown});
  shard.settle();
  expect(!shard.scheduler.next_timer(), "nothing is waited for");
  const Pid ends_later = with_timers();
  shard.scheduler.send_after(Millis{5'500}, other, 1);
  shard.pass(Millis{5'000});  // its first timer, for which it crashes
  expect(!shard.scheduler.alive(ends_later), "it has crashed");
  shard.pass(Millis{5'000});
  expect_eq(journal, Journal{"the other's"});
}

PHX_TEST("dead watchers are removed, so a long-lived process does not grow") {
  ActorShard shard;
  const Pid elder = shard.spawn([](Actor&, Message) {});
  Journal journal;
  for (int i = 0; i < 1000; ++i) {
    const Pid watcher = shard.watcher_of(elder, journal);
    shard.settle();
    shard.scheduler.exit(watcher, {});
    shard.settle();
  }
  shard.scheduler.exit(elder, {});
  shard.settle();
  expect_eq(shard.scheduler.population(), 0u);
  expect_eq(journal, Journal{});
}

PHX_TEST(
    "a process that has used up its time goes to the back, and a run ends when its own time is "
    "used up") {
  constexpr Millis long_enough{30};  // more than the clock's resolution
  ActorShard shard;
  shard.scheduler.use_budget({.turn = Millis{8}, .run = Millis{20}});
  Journal journal;
  const Pid slow = shard.spawn([&](Actor&, Message) {
    journal.push_back("slow");
    std::this_thread::sleep_for(long_enough);
  });
  const Pid quick = shard.spawn([&](Actor&, Message) { journal.push_back("quick"); });
  shard.settle();
  for (int i = 0; i < 2; ++i) shard.scheduler.send(slow, std::string(20'000, 'x'));
  shard.scheduler.send(quick, 1);
  expect(shard.scheduler.run(shard.now), "more waits");
  expect_eq(journal, Journal{"slow"});
  shard.settle();
  expect_eq(journal, Journal{"slow", "quick", "slow"});
}

PHX_TEST(
    "a turn too long is logged only with a time budget: no busy machine adds a line to a test") {
  const auto logged = [](bool with_budget) {
    std::string lines;
    Scheduler scheduler(
        0, Log::to(Level::debug, [&](Level, const std::string& line) { lines += line + "\n"; }),
        Limits{.long_turn = Millis{0}});  // so each turn is too long
    if (with_budget) scheduler.use_budget({});
    scheduler.spawn(std::make_unique<Actor>());
    expect(!scheduler.run(Clock::now()), "all rest");
    return lines;
  };
  expect_eq(logged(false), std::string());
  expect_eq(logged(true), std::string("a turn held up its thread: declare handlers that block (see "
                                      "Channel::blocking) process=process ms=0\n"));
}

PHX_TEST("a process that sends to itself in its last turn is removed from the queue") {
  ActorShard shard;
  Journal journal;
  std::vector<Pid> pids;
  for (int i = 0; i < 1'000; ++i) {
    pids.push_back(shard.spawn([&](Actor& a, Message) {
      a.scheduler().send(a.self(), 1);
      a.scheduler().send(pids[0], 2);
      a.stop();
    }));
  }
  for (const Pid pid : pids) shard.scheduler.send(pid, 1);
  shard.settle();
  expect_eq(shard.scheduler.population(), 0u);
}
