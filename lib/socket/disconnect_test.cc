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
  TestHouse house;
  const Users users;
  FakeClient client(house, users, "2.0.0", "users:ann");
  house.pubsub.broadcast("users:ann", std::make_shared<const Price>());
  house.settle();
  expect(client.connected(), "the client is connected");
  channel::broadcast(house.pubsub, "users:ann", "disconnect", {});
  house.settle();
  expect(!client.connected(), "a disconnect ends it");
}
