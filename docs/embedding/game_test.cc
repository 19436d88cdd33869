/// The game as its clients see it, with no server and no port.

#include "game.h"

#include <testing/channel_test.h>

using namespace phx::testing;

PHX_TEST("a point gets a reply and reaches all members") {
  const Visitors visitors;
  ChannelTest test;
  const JoinedChannel game = test.socket(visitors).subscribe_and_join("game:final");

  const phx::Payload point = phx::Json::object({{"team", "home"}});
  const MessageRef ref = game.push("point", point);

  game.assert_reply(ref, Status::ok);
  test.assert_broadcast("point", phx::Json::object({{"team", "home"}}));
}
