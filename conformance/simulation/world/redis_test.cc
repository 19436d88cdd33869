/// The model of Redis, and the library's client over a simulated network.

#include "conformance/simulation/world/redis.h"

#include "conformance/simulation/machine/redis_loop.h"
#include "redis/client.h"
#include "telemetry/telemetry.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::simulation;
using namespace phx::testing;

namespace {

using Texts = std::vector<std::string>;

redis::Options options() {
  redis::Options options;
  options.addresses = {{Redis::name, 6379}};
  return options;
}

/// A machine with a Redis, or with none.
struct Site {
  Machine machine{1};
  std::optional<Redis> redis{machine};

  void pass(Millis time) {
    const auto until = machine.agenda.now() + time;
    while (machine.agenda.step(until)) {
    }
  }
};

/// One node's client, which listens to `all`.
struct Node {
  explicit Node(Site& site, const std::string& name)
      : host(name, site.machine.seed), access{.owner = name} {
    loop.post([this] { client.start(); });
  }

  Host host;
  Access access;
  RedisLoop loop{host, access};
  telemetry::Telemetry telemetry;
  Texts heard;
  redis::Client client{
      loop,          options(),
      "all",         telemetry,
      Log::silent(), {[this](std::string_view text) { heard.emplace_back(text); }, [] {}}};
};

}  // namespace

PHX_TEST("each node hears in order what is published, its own included") {
  Site site;
  Node one(site, "one"), two(site, "two");
  site.pass(Millis{1'000});
  expect(one.client.healthy() && two.client.healthy(), "both are connected");
  for (const char* text : {"a", "b", "c"}) one.client.publish(text);
  site.pass(Millis{1'000});
  expect_eq(one.heard, Texts{"a", "b", "c"});
  expect_eq(two.heard, Texts{"a", "b", "c"});
}

PHX_TEST("what a node that is not ours says at once is heard in order") {
  Site site;
  Node one(site, "one");
  site.pass(Millis{1'000});
  const Texts all{"a", "b", "c", "d", "e", "f", "g", "h"};
  for (const std::string& text : all) site.redis->say("all", text);
  site.pass(Millis{1'000});
  expect_eq(one.heard, all);
}

PHX_TEST("what is published while Redis is away is lost, and what comes later arrives") {
  Site site;
  Node one(site, "one"), two(site, "two");
  site.pass(Millis{1'000});
  site.machine.network.crash(Redis::name, false);
  site.redis.reset();
  site.pass(Millis{1'000});
  expect(!one.client.healthy(), "it has noticed");
  one.client.publish("lost");
  site.pass(Millis{1'000});
  site.redis.emplace(site.machine);
  site.pass(Millis{5'000});
  one.client.publish("later");
  site.pass(Millis{1'000});
  expect_eq(two.heard, Texts{"later"});
  expect_eq(one.client.lost(), 1u);
}

PHX_TEST("a subscriber whose network is silent misses what is published, and is missed by nobody") {
  Site site;
  Node one(site, "one"), two(site, "two");
  site.pass(Millis{1'000});
  two.access.silent = true;
  one.client.publish("missed");
  site.pass(Millis{30'000});
  expect(!two.client.healthy(), "it has noticed");
  two.access.silent = false;
  site.machine.network.changed(two.access);
  site.pass(Millis{10'000});
  expect(two.client.healthy(), "it is back");
  one.client.publish("heard");
  site.pass(Millis{1'000});
  expect_eq(one.heard, Texts{"missed", "heard"});
  expect_eq(two.heard, Texts{"heard"});
}

PHX_TEST("a client that is destroyed ends its connections, and watches them no more") {
  Site site;
  {
    const Node one(site, "one");
    site.pass(Millis{1'000});
    expect_eq(site.redis->clients(), 2u);
  }
  site.pass(Millis{1'000});
  expect_eq(site.redis->clients(), 0u);
}

PHX_TEST("a channel is sent to its subscribers alone, and after a reconnection again") {
  Site site;
  Node one(site, "one"), two(site, "two");
  two.client.subscribe("some");
  site.pass(Millis{1'000});
  one.client.publish("a", false, "some");
  site.pass(Millis{1'000});
  site.machine.network.cut(two.access);
  site.pass(Millis{5'000});
  one.client.publish("b", false, "some");
  site.pass(Millis{1'000});
  expect_eq(two.heard, Texts{"a", "b"});
  expect_eq(one.heard, Texts{});
}
