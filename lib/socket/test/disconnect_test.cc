/// Events on a user's id, which names all of that user's connections.

#include "channel/fastlane.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

struct Users : UserSocket {};

}  // namespace

PHX_TEST("an event on a socket's id that is not a Broadcast is ignored") {
  struct Price final : pubsub::Event {};
  TestShard shard;
  const Users users;
  FakeClient client(shard, users, "2.0.0", "users:ann");
  shard.pubsub.broadcast("users:ann", std::make_shared<const Price>());
  shard.settle();
  expect(client.connected(), "the client is connected");
  channel::broadcast(shard.pubsub, "users:ann", "disconnect", {});
  shard.settle();
  expect(!client.connected(), "a disconnect ends it");
}

PHX_TEST("a disconnect on the socket's id closes every connection of that id, and no other") {
  TestShard shard;
  const Users users;
  FakeClient first(shard, users, "2.0.0", "users:1"), second(shard, users, "2.0.0", "users:1");
  FakeClient stranger(shard, users, "2.0.0", "users:2");
  channel::broadcast(shard.pubsub, "users:1", "other event", {});
  shard.settle();
  expect(first.connected(), "another event on the id has no effect");
  channel::broadcast(shard.pubsub, "users:1", "disconnect", {});
  shard.settle();
  expect_eq(first.heard(), std::vector<std::string>{"close 1001"});
  expect_eq(second.heard(), std::vector<std::string>{"close 1001"});
  expect(stranger.connected(), "the others stay");
}
