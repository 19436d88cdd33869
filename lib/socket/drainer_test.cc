/// A server that stops drains its connections.

#include "socket/drainer.h"

#include <deque>

#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;
using socket::Drainer;
using socket::DrainOptions;

namespace {

struct Users : UserSocket {};

/// Connections of one user socket, and one of another.
struct Fixture {
  TestShard shard;
  const std::shared_ptr<const Users> users = std::make_shared<Users>();
  const Users others;
  std::deque<FakeClient> clients;
  FakeClient stranger{shard, others};

  explicit Fixture(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) clients.emplace_back(shard, *users);
  }
  process::Pid drain(DrainOptions options) {
    const process::Pid drainer = shard.scheduler.spawn(
        std::make_unique<Drainer>(users, options, shard.telemetry, "/socket"));
    shard.settle();
    return drainer;
  }
  std::size_t connected() const {
    return static_cast<std::size_t>(
        std::count_if(clients.begin(), clients.end(),
                      [](const FakeClient& client) { return client.connected(); }));
  }
};

}  // namespace

PHX_TEST("connections are drained in batches, an interval apart, and closed with 1012") {
  Fixture f(5);
  const auto drainer = f.drain({.batch_size = 2, .batch_interval = Millis{100}});
  expect_eq(f.connected(), 3u);
  f.shard.pass(Millis{99});
  expect_eq(f.connected(), 3u);
  f.shard.pass(Millis{1});
  expect_eq(f.connected(), 1u);
  expect(f.shard.scheduler.alive(drainer), "the drainer lives while connections are left");
  f.shard.pass(Millis{100});
  expect_eq(f.connected(), 0u);
  expect(!f.shard.scheduler.alive(drainer), "the drainer ends when all are drained");
  for (FakeClient& client : f.clients) {
    expect_eq(client.heard(), std::vector<std::string>{"close 1012"});
  }
}

PHX_TEST("a drainer leaves the connections of another user socket alone") {
  Fixture f(1);
  f.drain({});
  expect_eq(f.connected(), 0u);
  expect(f.stranger.connected(), "the other socket's connection is still there");
}

PHX_TEST("a drainer without connections ends at once") {
  Fixture f(0);
  expect(!f.shard.scheduler.alive(f.drain({})), "the drainer has ended");
}

PHX_TEST("when the time for all batches is over, the rest are drained at once") {
  Fixture f(10);
  f.drain({.batch_size = 1, .batch_interval = Millis{100}, .shutdown = Millis{150}});
  expect_eq(f.connected(), 9u);
  f.shard.pass(Millis{100});
  expect_eq(f.connected(), 8u);
  f.shard.pass(Millis{100});
  expect_eq(f.connected(), 0u);
}

PHX_TEST("a batch is divided among the shards") {
  Fixture f(4);
  process::Scheduler second(1), third(2);
  process::Scheduler::connect({&f.shard.scheduler, &second, &third});
  f.drain({.batch_size = 6, .batch_interval = Millis{100}});
  expect_eq(f.connected(), 2u);
}

PHX_TEST("each batch is reported as phoenix.socket_drain before it is drained") {
  Fixture f(5);
  std::vector<std::vector<std::size_t>> told;
  f.shard.telemetry.attach(
      "test", {telemetry::on<SocketDrain>([&](const SocketDrain& drain) {
        expect_eq(drain.path, std::string("/socket"));
        told.push_back({drain.count, drain.total, drain.index, drain.rounds, f.connected()});
      })});
  f.drain({.batch_size = 2, .batch_interval = Millis{100}});
  f.shard.pass(Millis{100});
  f.shard.pass(Millis{100});
  const std::vector<std::vector<std::size_t>> expected{
      {2, 5, 1, 3, 5}, {2, 5, 2, 3, 3}, {1, 5, 3, 3, 1}};
  expect_eq(told, expected);
}
