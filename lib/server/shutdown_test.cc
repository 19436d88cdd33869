/// The end of a server of two shards, whose turns the test gives.

#include "server/shutdown.h"

#include "net/loop.h"
#include "testing/case.h"
#include "testing/echo_room.h"
#include "testing/test_shard.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// A shard as its shutdown sees it. One connection is open until the test closes it.
struct Host final : server::ShutdownHost {
  Host(const Endpoint& endpoint, server::Draining& all, TestShard& the_shard)
      : shard(the_shard), shutdown(endpoint, *this, all, loop, Millis{200}) {}

  process::Scheduler& scheduler() override { return shard.scheduler; }
  bool awaits_newcomers() const override { return awaits; }
  void refuse_newcomers() override {}
  std::size_t open() const override { return connections; }
  void end_children() override { says_farewell = true; }
  bool children_ended() const override { return says_farewell; }
  void wake() override { awake = true; }
  void stop_loop() override { stopped = true; }

  /// A turn of its loop, as on its own thread.
  void turn() {
    shard.scheduler.adopt_thread();
    awake = false;
    shard.settle();
    shutdown.go_on();
    shard.scheduler.await_thread();
  }

  TestShard& shard;
  net::Loop loop;
  std::size_t connections = 1;
  bool awaits = false;
  bool says_farewell = false;
  bool awake = false;  ///< Another turn follows this one, whatever comes.
  bool stopped = false;
  server::Shutdown shutdown;
};

struct Server {
  Server() { endpoint.socket({"/socket", std::make_shared<EchoSocket>()}); }

  Endpoint endpoint;
  TwoShards shards;
  server::Draining all;
  Host first{endpoint, all, shards.first}, second{endpoint, all, shards.second};
};

}  // namespace

PHX_TEST("no shard says farewell before all have drained: it may hold another's poll") {
  Server server;
  server.second.awaits = true;  // a newcomer keeps its drain from beginning
  server.first.shutdown.begin();
  server.second.shutdown.begin();
  for (int turns = 0; turns < 3; ++turns) server.first.turn();
  server.second.turn();
  expect(!server.first.says_farewell, "the second still drains");

  int woken = 0;
  server.first.shard.scheduler.on_wake([&] { ++woken; });
  server.second.awaits = false;
  server.second.turn();  // makes its batches
  expect(server.second.awake, "its drainers have their turns");
  server.second.turn();  // they are over
  expect(server.second.says_farewell, "all have drained");
  expect_eq(woken, 1);  // nothing else may give it a turn
  server.first.turn();
  expect(server.first.says_farewell, "all have drained");
  expect(server.first.awake, "its children end");
  expect(!server.first.stopped, "a connection is open");
}

PHX_TEST("a shard ends when its own connections have, however many another has") {
  Server server;
  for (Host* host : {&server.first, &server.second}) {
    host->shutdown.begin();
    host->turn();
    host->turn();
  }
  server.first.turn();
  server.first.connections = 0;
  server.first.turn();
  server.second.turn();
  expect(server.first.stopped, "its own are gone");
  expect(!server.second.stopped, "its own is open");
}
