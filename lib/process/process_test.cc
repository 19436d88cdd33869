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
  ActorHouse house;
  Journal journal;
  const Pid pid =
      house.spawn([&](Actor&, Message m) { journal.push_back(std::to_string(*m.get_if<int>())); });
  for (int i = 0; i < 100; ++i) house.scheduler.send(pid, i);
  expect(journal.empty(), "send only enqueues");
  house.settle();
  expect_eq(journal.size(), 100u);
  for (int i = 0; i < 100; ++i) expect_eq(journal[static_cast<std::size_t>(i)], std::to_string(i));
}

PHX_TEST("run() within a turn gives no other process a turn") {
  ActorHouse house;
  Journal journal;
  const Pid second = house.spawn([&](Actor&, Message) { journal.push_back("second"); });
  const Pid first = house.spawn([&](Actor&, Message) {
    house.scheduler.send(second, 1);
    house.scheduler.run(house.scheduler.now());
    journal.push_back("first has ended");
  });
  house.scheduler.send(first, 1);
  house.settle();
  expect_eq(journal, Journal{"first has ended", "second"});
}

PHX_TEST("a crash ends one process, and its watchers get the reason") {
  ActorHouse house;
  Journal journal;
  const Pid bad = house.spawn([](Actor&, Message) { throw std::runtime_error("boom"); });
  const Pid good = house.spawn([&](Actor&, Message) { journal.push_back("good"); });
  house.watcher_of(bad, journal);
  house.settle();
  house.scheduler.send(bad, 1);
  house.scheduler.send(good, 1);
  house.settle();
  expect_eq(journal, Journal{"good", "crash: boom"});
  expect(!house.scheduler.alive(bad) && house.scheduler.alive(good), "one is gone, one lives");
}

PHX_TEST("an alarm fires once, may be reset before that, and ends with its owner") {
  ActorHouse house;
  Journal journal;
  auto alarm = std::make_unique<Alarm>();
  const Pid pid = house.spawn([&](Actor&, Message m) {
    if (m.holds<TimerFired>()) journal.push_back("rang");
  });
  house.scheduler.set(*alarm, Millis{10}, pid);
  house.scheduler.set(*alarm, Millis{20}, pid);
  house.pass(Millis{15});
  expect(journal.empty(), "it was reset");
  expect(house.scheduler.next_timer().has_value(), "it is waited for");
  house.pass(Millis{5});
  expect_eq(journal, Journal{"rang"});
  house.pass(Millis{100});
  expect_eq(journal, Journal{"rang"});
  house.scheduler.set(*alarm, Millis{10}, pid);
  alarm.reset();
  house.pass(Millis{100});
  expect_eq(journal, Journal{"rang"});
  expect(!house.scheduler.next_timer(), "nothing is waited for any more");
}

PHX_TEST("terminate is the last turn and its sends come before the Down") {
  ActorHouse house;
  Journal journal;
  const Pid reader = house.spawn([&](Actor&, Message m) {
    if (m.holds<std::string>()) journal.push_back(*m.get_if<std::string>());
    if (m.holds<Down>()) journal.push_back("down");
  });
  auto actor = std::make_unique<Actor>();
  actor->on_message = [](Actor& a, Message) { a.stop(); };
  actor->on_end = [reader](Actor& a, const ExitReason&) {
    a.scheduler().send(reader, std::string("farewell"));
  };
  const Pid leaver = house.scheduler.spawn(std::move(actor));
  house.scheduler.monitor(reader, leaver);
  house.scheduler.send(leaver, 1);
  house.settle();
  expect_eq(journal, Journal{"farewell", "down"});
}

PHX_TEST("an exit signal ends a process at once and without terminate") {
  ActorHouse house;
  Journal journal;
  auto actor = std::make_unique<Actor>();
  actor->on_message = [&](Actor&, Message) { journal.push_back("message"); };
  actor->on_end = [&](Actor&, const ExitReason&) { journal.push_back("terminate"); };
  const Pid pid = house.scheduler.spawn(std::move(actor));
  house.watcher_of(pid, journal);
  house.settle();
  house.scheduler.send(pid, 1);
  house.scheduler.exit(pid, {ExitReason::shutdown, "duplicate_join"});
  house.settle();
  expect_eq(journal, Journal{"shutdown: duplicate_join"});
}

PHX_TEST("monitoring a dead process gives noproc, and a Pid is never used twice") {
  ActorHouse house;
  Journal journal;
  const Pid first = house.spawn([](Actor& a, Message) { a.stop(); });
  house.scheduler.send(first, 1);
  house.settle();
  const Pid second = house.spawn([](Actor&, Message) {});
  expect(first != second, "a new process has a new name");
  house.watcher_of(first, journal);
  house.settle();
  expect_eq(journal, Journal{"noproc"});
}

PHX_TEST("demonitor takes back a Down that is already queued") {
  ActorHouse house;
  Journal journal;
  const Pid target = house.spawn([](Actor&, Message) {});
  const Pid watcher = house.watcher_of(Pid{}, journal);
  house.settle();
  journal.clear();
  const Ref ref = house.scheduler.monitor(watcher, target);
  house.scheduler.exit(target, {});
  house.scheduler.demonitor(ref, watcher, target);
  house.settle();
  expect_eq(journal, Journal{});
}

PHX_TEST("a timeout at the moment when the wait ends leaves no message") {
  ActorHouse house;
  Journal journal;
  const Ref ref = house.scheduler.make_ref();
  const Pid pid = house.spawn([&](Actor&, Message) { journal.push_back("stray"); },
                              [&, ref](Actor& a) {
                                a.await(ref, Millis{500}, [&](std::optional<Message> m) {
                                  journal.push_back(m ? "message" : "nothing");
                                });
                              });
  house.settle();
  house.scheduler.send(pid, Message(1, ref));
  house.pass(Millis{500});
  expect_eq(journal, Journal{"message"});
}

//! [await]
PHX_TEST("await sees its own message first and leaves the others in order") {
  ActorHouse house;
  Journal journal;
  const Ref ref = house.scheduler.make_ref();
  const Pid pid =
      house.spawn([&](Actor&, Message m) { journal.push_back(std::to_string(*m.get_if<int>())); },
                  [&, ref](Actor& a) {
                    a.await(ref, std::nullopt, [&](std::optional<Message> m) {
                      journal.push_back("awaited " + *m->get_if<std::string>());
                    });
                  });
  house.scheduler.send(pid, 1);
  house.scheduler.send(pid, 2);
  house.settle();
  expect_eq(journal, Journal{});
  house.scheduler.send(pid, Message(std::string("answer"), ref));
  house.settle();
  expect_eq(journal, Journal{"awaited answer", "1", "2"});
}
//! [await]

PHX_TEST("await gives up when its patience runs out") {
  ActorHouse house;
  Journal journal;
  house.spawn([&](Actor&, Message) { journal.push_back("stray"); },
              [&](Actor& a) {
                a.await(a.scheduler().make_ref(), Millis{500}, [&](std::optional<Message> m) {
                  journal.push_back(m ? "message" : "nothing");
                });
              });
  house.settle();
  house.pass(Millis{499});
  expect_eq(journal, Journal{});
  house.pass(Millis{1});
  expect_eq(journal, Journal{"nothing"});
}

PHX_TEST("an urgent process has its turn before those that were queued first") {
  struct Urgent : Actor {
    bool urgent() const override { return true; }
  };
  ActorHouse house(Limits{.messages_a_turn = 1});
  Journal journal;
  const Pid plain = house.spawn([&](Actor&, Message) { journal.push_back("plain"); });
  auto actor = std::make_unique<Urgent>();
  actor->on_message = [&](Actor&, Message) { journal.push_back("urgent"); };
  const Pid urgent = house.scheduler.spawn(std::move(actor));
  for (int i = 0; i < 2; ++i) house.scheduler.send(plain, i);
  for (int i = 0; i < 2; ++i) house.scheduler.send(urgent, i);
  house.settle();
  expect_eq(journal, Journal{"urgent", "urgent", "plain", "plain"});
}

PHX_TEST("one busy process does not starve another") {
  ActorHouse house(Limits{.messages_a_turn = 2});
  Journal journal;
  const Pid busy = house.spawn([&](Actor&, Message) { journal.push_back("busy"); });
  const Pid other = house.spawn([&](Actor&, Message) { journal.push_back("other"); });
  for (int i = 0; i < 4; ++i) house.scheduler.send(busy, i);
  house.scheduler.send(other, 1);
  house.settle();
  expect_eq(journal, Journal{"busy", "busy", "other", "busy", "busy"});
}

PHX_TEST("a run keeps its budget, and the rest follows in the next") {
  ActorHouse house(Limits{.messages_a_turn = 1, .turns_a_run = 3});
  int handled = 0;
  const Pid pid = house.spawn([&](Actor&, Message) { ++handled; });
  for (int i = 0; i < 5; ++i) house.scheduler.send(pid, i);
  expect(house.scheduler.run(house.now), "more is waiting");
  expect_eq(handled, 3);
  house.settle();
  expect_eq(handled, 5);
}

PHX_TEST("a cancelled timer never fires") {
  ActorHouse house;
  int rings = 0;
  const Pid pid = house.spawn([&](Actor&, Message) { ++rings; });
  const Ref cancelled = house.scheduler.send_after(Millis{10}, pid, 1);
  house.scheduler.send_after(Millis{20}, pid, 2);
  house.scheduler.cancel(cancelled);
  house.pass(Millis{30});
  expect_eq(rings, 1);
}

PHX_TEST("dead watchers are removed, so a long-lived process does not grow") {
  ActorHouse house;
  const Pid elder = house.spawn([](Actor&, Message) {});
  Journal journal;
  for (int i = 0; i < 1000; ++i) {
    const Pid watcher = house.watcher_of(elder, journal);
    house.settle();
    house.scheduler.exit(watcher, {});
    house.settle();
  }
  house.scheduler.exit(elder, {});
  house.settle();
  expect_eq(house.scheduler.population(), 0u);
  expect_eq(journal, Journal{});
}

PHX_TEST(
    "a process that has used up its time goes to the back, and a run ends when its own time is "
    "used up") {
  constexpr Millis long_enough{30};  // more than the clock's resolution
  ActorHouse house;
  house.scheduler.use_budget({.turn = Millis{8}, .run = Millis{20}});
  Journal journal;
  const Pid slow = house.spawn([&](Actor&, Message) {
    journal.push_back("slow");
    std::this_thread::sleep_for(long_enough);
  });
  const Pid quick = house.spawn([&](Actor&, Message) { journal.push_back("quick"); });
  house.settle();
  for (int i = 0; i < 2; ++i) house.scheduler.send(slow, std::string(20'000, 'x'));
  house.scheduler.send(quick, 1);
  expect(house.scheduler.run(house.now), "more waits");
  expect_eq(journal, Journal{"slow"});
  house.settle();
  expect_eq(journal, Journal{"slow", "quick", "slow"});
}

PHX_TEST("a process that sends to itself in its last turn is removed from the queue") {
  ActorHouse house;
  Journal journal;
  std::vector<Pid> pids;
  for (int i = 0; i < 1'000; ++i) {
    pids.push_back(house.spawn([&](Actor& a, Message) {
      a.scheduler().send(a.self(), 1);
      a.scheduler().send(pids[0], 2);
      a.stop();
    }));
  }
  for (const Pid pid : pids) house.scheduler.send(pid, 1);
  house.settle();
  expect_eq(house.scheduler.population(), 0u);
}
