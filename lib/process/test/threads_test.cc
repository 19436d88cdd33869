/// Order, monitors and offloaded work between threads. Run it under SAN=thread.

#include <algorithm>
#include <future>
#include <thread>

#include "process/scheduler.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::process;
using namespace phx::testing;

namespace {

/// One scheduler on a thread of its own, turning until it is stopped.
struct Turning {
  Scheduler scheduler;
  std::atomic<bool> stop{false};
  std::thread thread;

  explicit Turning(std::uint32_t shard) : scheduler(shard) {}
  void start() {
    thread = std::thread([this] {
      scheduler.adopt_thread();
      while (!stop) {
        if (!scheduler.run(Clock::now())) std::this_thread::yield();
      }
    });
  }
  ~Turning() {
    stop = true;
    if (thread.joinable()) thread.join();
  }
};

struct Script : Process {
  std::function<void(Script&)> on_init = [](Script&) {};
  std::function<void(Script&, Message)> on_message = [](Script&, Message) {};
  using Process::offload;
  using Process::scheduler;
  using Process::stop;

 protected:
  void init() override { on_init(*this); }
  void handle(Message message) override { on_message(*this, std::move(message)); }
};

template <class T>
T within_ten_seconds(std::future<T> future) {
  expect(future.wait_for(std::chrono::seconds(10)) == std::future_status::ready,
         "the other thread answers within ten seconds");
  return future.get();
}

}  // namespace

PHX_TEST("messages between two threads keep their order") {
  Turning a(0), b(1);
  Scheduler::connect({&a.scheduler, &b.scheduler});
  std::promise<bool> in_order;
  auto reader = std::make_unique<Script>();
  reader->on_message = [&, next = 0](Script&, Message m) mutable {
    if (*m.get_if<int>() != next++) in_order.set_value(false);
    if (next == 10'000) in_order.set_value(true);
  };
  const Pid pid = b.scheduler.spawn(std::move(reader));
  auto writer = std::make_unique<Script>();
  writer->on_init = [pid](Script& s) {
    for (int i = 0; i < 9'000; ++i) s.scheduler().send(pid, i);
    s.scheduler().send(s.self(), std::string("rest"));
  };
  writer->on_message = [pid](Script& s, Message) {
    for (int i = 9'000; i < 10'000; ++i) s.scheduler().send(pid, i);
  };
  a.scheduler.spawn(std::move(writer));
  a.start();
  b.start();
  expect(within_ten_seconds(in_order.get_future()), "each message comes after the one before it");
}

PHX_TEST("a burst from another thread overflows no process that keeps up") {
  constexpr int burst = 10'000;
  Turning writer(0);
  Scheduler reader(1, Log::silent(), Limits{.mailbox = 100});
  reader.adopt_thread();
  Scheduler::connect({&writer.scheduler, &reader});
  int heard = 0;
  auto ear = std::make_unique<Script>();
  ear->on_message = [&](Script&, Message message) {
    expect_eq(message.get_if<int>() ? *message.get_if<int>() : -1, heard);
    ++heard;
  };
  const Pid to = reader.spawn(std::move(ear));
  std::promise<void> written;
  auto mouth = std::make_unique<Script>();
  mouth->on_init = [&](Script& self) {
    for (int i = 0; i < burst; ++i) self.scheduler().send(to, i);
    written.set_value();
  };
  writer.scheduler.spawn(std::move(mouth));
  writer.start();
  within_ten_seconds(written.get_future());  // the reader's thread, this one, was busy
  while (reader.run(Clock::now())) {
  }
  expect_eq(heard, burst);
  expect(reader.alive(to), "it lives");
}

PHX_TEST("a process on another thread is monitored like one on the same thread") {
  Turning a(0), b(1);
  Scheduler::connect({&a.scheduler, &b.scheduler});
  std::promise<std::string> told;
  auto target = std::make_unique<Script>();
  target->on_message = [](Script&, Message) { throw std::runtime_error("boom"); };
  const Pid pid = b.scheduler.spawn(std::move(target));
  auto watcher = std::make_unique<Script>();
  watcher->on_init = [pid](Script& s) {
    s.scheduler().monitor(s.self(), pid);
    s.scheduler().send(pid, 1);
  };
  watcher->on_message = [&](Script&, Message m) {
    if (const Down* down = m.get_if<Down>()) told.set_value(to_string(down->reason));
  };
  a.scheduler.spawn(std::move(watcher));
  a.start();
  b.start();
  expect_eq(within_ten_seconds(told.get_future()), std::string("crash: boom"));
}

PHX_TEST("offloaded work runs on another thread while the rest of the mailbox waits") {
  Workers workers;
  Turning a(0);
  a.scheduler.use_workers(workers);
  std::promise<std::vector<std::string>> finished;
  auto script = std::make_unique<Script>();
  script->on_message = [&, journal = std::vector<std::string>{}](Script& s, Message m) mutable {
    if (m.holds<int>()) {
      journal.push_back("second");
      finished.set_value(journal);
      return;
    }
    s.offload(
        [&] {
          expect(!s.scheduler().on_own_thread(), "the work has a thread of its own");
          journal.push_back("work");
        },
        [&] { journal.push_back("then"); });
  };
  const Pid pid = a.scheduler.spawn(std::move(script));
  a.scheduler.send(pid, std::string("go"));
  a.scheduler.send(pid, 1);
  a.start();
  expect_eq(within_ten_seconds(finished.get_future()),
            std::vector<std::string>{"work", "then", "second"});
}

PHX_TEST("an exception in offloaded work crashes the process") {
  Workers workers;
  Turning a(0);
  a.scheduler.use_workers(workers);
  std::promise<std::string> told;
  auto target = std::make_unique<Script>();
  target->on_message = [](Script& s, Message) {
    s.offload([] { throw std::runtime_error("boom"); }, [] {});
  };
  const Pid pid = a.scheduler.spawn(std::move(target));
  auto watcher = std::make_unique<Script>();
  watcher->on_init = [pid](Script& s) { s.scheduler().monitor(s.self(), pid); };
  watcher->on_message = [&](Script&, Message m) {
    if (const Down* down = m.get_if<Down>()) told.set_value(to_string(down->reason));
  };
  a.scheduler.spawn(std::move(watcher));
  a.scheduler.send(pid, 1);
  a.start();
  expect_eq(within_ten_seconds(told.get_future()), std::string("crash: boom"));
}

PHX_TEST(
    "a process killed while its work runs is down at once, and the work's messages, exit signals "
    "and tasks are dropped, except what it sends regardless") {
  Workers workers;
  Turning a(0);
  a.scheduler.use_workers(workers);
  std::promise<void> started, released;
  std::promise<std::vector<std::string>> heard;
  auto reader = std::make_unique<Script>();
  reader->on_message = [&, journal = std::vector<std::string>{}](Script&, Message m) mutable {
    if (m.holds<Down>()) {
      journal.push_back("down");
      released.set_value();
    } else if (m.holds<int>()) {
      heard.set_value(journal);
    } else {
      journal.push_back(*m.get_if<std::string>());
    }
  };
  const Pid ear = a.scheduler.spawn(std::move(reader));
  auto worker = std::make_unique<Script>();
  worker->on_message = [&](Script& s, Message) {
    s.offload(
        [&s, ear, &started, until = std::make_shared<std::future<void>>(released.get_future())] {
          started.set_value();
          until->wait();
          s.scheduler().send(ear, std::string("from beyond"));
          s.scheduler().exit(ear, {ExitReason::killed});
          s.scheduler().post([&s, ear] { s.scheduler().send(ear, std::string("a task")); });
          s.scheduler().send_regardless(ear, 1);
        },
        [] {});
  };
  const Pid pid = a.scheduler.spawn(std::move(worker));
  a.scheduler.monitor(ear, pid);
  a.scheduler.send(pid, 1);
  a.start();
  started.get_future().wait();
  a.scheduler.exit(pid, {ExitReason::killed});
  expect_eq(within_ten_seconds(heard.get_future()), std::vector<std::string>{"down"});
}

PHX_TEST(
    "an exit signal crosses to another thread, and ends the process before what is sent after it") {
  Turning a(0), b(1);
  Scheduler::connect({&a.scheduler, &b.scheduler});
  std::promise<std::vector<std::string>> heard;
  std::vector<std::string> journal;
  auto target = std::make_unique<Script>();
  target->on_message = [&journal](Script&, Message m) {
    journal.push_back(*m.get_if<std::string>());
  };
  const Pid pid = b.scheduler.spawn(std::move(target));
  auto sender = std::make_unique<Script>();
  sender->on_message = [&](Script& s, Message m) {
    if (const Down* down = m.get_if<Down>()) {
      journal.push_back(to_string(down->reason));
      return heard.set_value(journal);
    }
    s.scheduler().monitor(s.self(), pid);
    s.scheduler().send(pid, std::string("first"));
    s.scheduler().send(pid, std::string("second"));
    s.scheduler().exit(pid, {ExitReason::shutdown, "enough"});
    s.scheduler().send(pid, std::string("too late"));
  };
  a.scheduler.send(a.scheduler.spawn(std::move(sender)), 1);
  a.start();
  b.start();
  const std::vector<std::string> all = within_ten_seconds(heard.get_future());
  expect_eq(all.back(), std::string("shutdown: enough"));
  // An exit signal overtakes mail, as in Erlang; nothing sent after it is handled.
  expect(std::find(all.begin(), all.end(), "too late") == all.end(), "nothing comes after the end");
}

PHX_TEST("signals are read to the last, even if most are for processes that are gone") {
  Scheduler scheduler(0);
  scheduler.await_thread();  // so that all of them come through the inbox
  int heard = 0;
  auto target = std::make_unique<Script>();
  target->on_message = [&heard](Script&, Message) { ++heard; };
  const Pid pid = scheduler.spawn(std::move(target));
  for (int i = 0; i < 1'000; ++i) scheduler.send(Pid{0, 999'999}, 1);
  scheduler.send(pid, 1);
  scheduler.adopt_thread();
  while (scheduler.run(scheduler.now())) {
  }
  expect_eq(heard, 1);
}

PHX_TEST("a full inbox drops only signals that may be lost, and logs it once") {
  std::string log;
  Scheduler scheduler(
      0, Log::to(Level::error, [&log](Level, const std::string& line) { log += line + "\n"; }),
      {.inbox = 2});
  scheduler.await_thread();
  int ran = 0;
  for (int i = 0; i < 5; ++i) scheduler.offer([&ran] { ++ran; });
  scheduler.post([&ran] { ran += 10; });
  scheduler.adopt_thread();
  scheduler.run(scheduler.now());
  expect_eq(ran, 12);
  expect_eq(std::count(log.begin(), log.end(), '\n'), 1);
  expect(log.find("broadcasts to its clients are lost") != std::string::npos, log);
  scheduler.offer([&ran] { ++ran; });
  expect_eq(ran, 13);
}
