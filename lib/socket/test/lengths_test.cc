/// How long a topic, an event and a ref may be.

#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

using Heard = std::vector<std::string>;

struct Room : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
};

struct Users : UserSocket {
  Users() { channel<Room>("room:*"); }
};

std::string frame(const std::string& join_ref, const std::string& ref, const std::string& topic,
                  const std::string& event) {
  return "[\"" + join_ref + "\",\"" + ref + "\",\"" + topic + "\",\"" + event + "\",{}]";
}

}  // namespace

PHX_TEST("a topic, an event or a ref of 1,024 bytes is accepted; a byte more ends the connection") {
  const std::string longest(1'024, 'x');
  const std::string topic = "room:" + longest.substr(5);
  TestShard shard;
  const Users users;
  FakeClient client(shard, users);
  client.send(frame(longest, longest, topic, "phx_join"));
  expect_eq(client.heard(), Heard{"[\"" + longest + "\",\"" + longest + "\",\"" + topic +
                                  R"(","phx_reply",{"response":{},"status":"ok"}])"});
  client.send(frame(longest, "2", topic, longest));  // no such event: a crash of the channel
  expect(client.connected(), "the connection goes on");
  const std::string over = longest + "x";
  for (const std::string& text :
       {frame(over, "1", "room:a", "phx_join"), frame("1", over, "room:a", "phx_join"),
        frame("1", "1", "room:" + over, "phx_join"), frame("1", "1", "phoenix", over),
        "[null,[\"" + longest + "\"],\"phoenix\",\"heartbeat\",{}]"}) {
    FakeClient other(shard, users);
    other.send(text);
    expect_eq(other.heard(), Heard{"close 1008"});
    expect(!other.connected(), "the connection ends");
  }
}
