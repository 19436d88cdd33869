/// Clients take turns, and none takes more than its share.

#include "process/workers.h"

#include <atomic>
#include <future>

#include "testing/case.h"

using namespace phx;
using namespace phx::process;
using namespace phx::testing;

namespace {

constexpr Pid client(std::uint64_t serial) { return {0, serial}; }

/// Jobs that wait until the test opens the gate, and a count of those that have begun.
struct Gate {
  std::promise<void> opened;
  std::shared_future<void> open = opened.get_future().share();
  std::atomic<int> begun = 0;

  Workers::Job job(std::uint64_t process) {
    return {client(process), [this] {
              ++begun;
              open.wait();
            }};
  }
  void reaches(int jobs) const {
    const auto began = Clock::now();
    while (begun < jobs && Clock::now() - began < Millis{10'000}) std::this_thread::yield();
    expect_eq(begun.load(), jobs);
  }
};

/// Whether another client's job is done while the rest block.
bool serves(Workers& workers, std::uint64_t other, const std::string& network = "") {
  std::promise<void> done;
  workers.post(client(other), network, {client(other), [&done] { done.set_value(); }});
  return done.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready;
}

}  // namespace

PHX_TEST("a client whose jobs block gets only its share of the threads") {
  Gate gate;
  Workers workers(10, {.of_client = 2});
  for (std::uint64_t i = 0; i < 20; ++i) workers.post(client(1), "", gate.job(100 + i));
  gate.reaches(2);
  expect(serves(workers, 2), "another client is served");
  expect_eq(gate.begun.load(), 2);
  gate.opened.set_value();
  gate.reaches(20);
}

PHX_TEST("clients of one network share a part of the threads, even after they have gone") {
  Gate gate;
  Workers workers(10, {.of_client = 2, .of_network = 5});
  for (std::uint64_t i = 0; i < 60; ++i)
    workers.post(client(1 + i / 2), "10.0.0.1", gate.job(100 + i));
  gate.reaches(5);
  expect(serves(workers, 1'000, "10.0.0.2"), "a client of another network is served");
  expect(serves(workers, 1'001), "and one whose network is unknown");
  expect_eq(gate.begun.load(), 5);
  gate.opened.set_value();
  gate.reaches(60);
}

PHX_TEST("if all threads are busy, networks take turns, and within each its clients") {
  Gate gate;
  Workers workers(1);
  std::vector<int> order;
  std::promise<void> done;
  workers.post(client(1), "a", gate.job(1));
  gate.reaches(1);
  for (int n = 10; n < 13; ++n)
    workers.post(client(n), "a", {client(n), [&order, n] { order.push_back(n); }});
  for (int n = 30; n < 32; ++n)
    workers.post(client(30), "b", {client(n), [&order, n] { order.push_back(n); }});
  workers.post(client(10), "a", {client(20), [&done] { done.set_value(); }});
  gate.opened.set_value();
  expect(done.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready, "done");
  expect_eq(order, std::vector<int>{30, 10, 31, 11, 12});
}

PHX_TEST("two jobs of one client that come together run at the same time") {
  Gate gate;
  Workers workers(10, {.of_client = 2});
  expect(serves(workers, 1), "one thread has started, and waits");
  for (std::uint64_t i = 0; i < 2; ++i) workers.post(client(1), "", gate.job(100 + i));
  gate.reaches(2);
  gate.opened.set_value();
}

PHX_TEST("if all threads are busy, clients take turns") {
  Gate gate;
  Workers workers(1);
  std::vector<int> order;
  std::promise<void> done;
  workers.post(client(1), "", gate.job(1));
  gate.reaches(1);
  for (int i = 0; i < 3; ++i)
    workers.post(client(1), "", {client(10), [&order] { order.push_back(1); }});
  for (int i = 0; i < 3; ++i)
    workers.post(client(2), "", {client(20), [&order] { order.push_back(2); }});
  workers.post(client(3), "", {client(30), [&order] { order.push_back(3); }});
  workers.post(client(2), "", {client(21), [&done] { done.set_value(); }});
  gate.opened.set_value();
  expect(done.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready, "done");
  expect_eq(order, std::vector<int>{2, 3, 1, 2, 1, 2, 1});
}

PHX_TEST("a job can be taken back until it begins") {
  Gate gate;
  Workers workers(1);
  std::atomic<bool> ran = false;
  workers.post(client(1), "", gate.job(1));
  gate.reaches(1);
  workers.post(client(1), "", {client(11), [&ran] { ran = true; }});
  workers.post(client(2), "", {client(21), [&ran] { ran = true; }});
  expect(!workers.withdraw(client(1), client(1)), "it runs");
  expect(workers.withdraw(client(1), client(11)), "it waited");
  expect(workers.withdraw(client(2), client(21)), "so did this one");
  expect(!workers.withdraw(client(2), client(21)), "once");
  for (const std::uint64_t n : {3, 4}) {
    workers.post(client(n), "a", {client(n), [&ran] { ran = true; }});
  }
  expect(workers.withdraw(client(3), client(3)), "the first of its network");
  expect(workers.withdraw(client(4), client(4)), "and the last");
  gate.opened.set_value();
  expect(serves(workers, 5), "the thread goes on");
  expect(!ran.load(), "neither of them ran");
}
