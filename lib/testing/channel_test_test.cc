/// What a channel test can do and see.

#include "testing/channel_test.h"

#include "presence/presence.h"
#include "testing/example_room.h"

using namespace phx;
using namespace phx::testing;

PHX_TEST("connecting calls connect and id, with the parameters and connect_info") {
  const ExampleSocket users;
  ChannelTest test;
  ConnectInfo info;
  info.user_agent = "curl";
  const Client ann = test.connect(users, named("ann"), info);
  expect_eq(ann.socket().assign("name").string_or(""), "ann");
  expect_eq(ann.socket().assign("agent").string_or(""), "curl");
  expect_eq(ann.socket().id, "users:ann");
  expect(ann.connected(), "the client is connected");
}

PHX_TEST("a rejection has its reason, and connect's exceptions pass through") {
  const ExampleSocket users;
  ChannelTest test;
  expect_eq(test.connect_rejected(users, named("nobody")).reason, "unknown name");
  expect_eq(
      expect_throw<std::runtime_error>([&test, &users] { test.connect(users, named("throw")); }),
      "no database");
}

PHX_TEST("a client can be made without connect, with an id and assigns") {
  const ExampleSocket users;
  ChannelTest test;
  const Client client = test.socket(users, "users:7", {{"name", "seven"}});
  expect_eq(client.socket().id, "users:7");
  expect_eq(client.join("room:a").socket().assign("name").string_or(""), "seven");
}

PHX_TEST("a join has its response; a refused one its reason, a crashed one its exception") {
  const ExampleTest f;
  expect_eq(f.ann.join("room:b", n(1)).response().view(), R"({"n":1})");
  expect_eq(f.ann.join_refused("room:c", Json::object({{"refuse", true}})).view(),
            R"({"reason":"full"})");
  expect_eq(to_string(f.ann.join_crashed("room:c", Json::object({{"crash", true}}))),
            "crash: no key");
}

PHX_TEST("a push is answered under its ref, and the answer is removed once") {
  const ExampleTest f;
  const MessageRef first = f.room.push("echo", n(1)), second = f.room.push("echo", n(2));
  f.room.assert_reply(second, Status::ok, n(2));
  f.room.assert_reply(first, Status::ok, n(1));
  f.room.refute_reply(first, Status::ok);
  f.room.assert_reply(f.room.push("no"), Status::error);
}

PHX_TEST("a push is found anywhere in the mailbox, and its payload is returned") {
  const ExampleTest f;
  f.room.push("push", n(1));
  f.room.push("push", n(2));
  f.room.refute_push("pushed", n(3));
  f.room.assert_push("pushed", n(2));
  expect_eq(f.room.assert_push("pushed").view(), R"({"n":1})");
  f.room.refute_push("pushed");
}

PHX_TEST("a broadcast reaches the test once, and each client in its own mailbox") {
  ExampleTest f;
  const JoinedChannel bob = f.test.connect(f.users, named("bob")).subscribe_and_join("room:a");
  f.room.push("say", n(1));
  f.test.assert_broadcast("said", n(1));
  f.test.refute_broadcast("said");
  f.room.assert_push("said", n(1));
  bob.assert_push("said", n(1));
}

PHX_TEST("a broadcast can be expected on one topic") {
  ExampleTest f;
  const JoinedChannel other = f.ann.subscribe_and_join("room:b");
  f.room.push("say", n(1));
  f.test.refute_broadcast("room:b", "said");
  other.push("say", n(1));
  f.test.assert_broadcast("room:b", "said", n(1));
  f.test.refute_broadcast("room:b", "said");
  f.test.refute_broadcast("room:a", "said", n(2));
  expect_eq(f.test.assert_broadcast("room:a", "said").view(), R"({"n":1})");
  f.test.refute_broadcast("said");
}

PHX_TEST("a broadcast from the test goes to the members but not to the test") {
  ExampleTest f;
  f.room.broadcast_from("said", n(1));
  f.room.assert_push("said", n(1));
  f.test.refute_broadcast("said");
  f.test.broadcast("room:a", "said", n(2));
  f.test.assert_broadcast("said", n(2));
}

PHX_TEST("an intercepted broadcast arrives as handle_out changed it") {
  ExampleTest f;
  f.room.broadcast_from("seen", n(1));
  f.room.assert_push("seen", Json::object({{"n", 1}, {"seen", true}}));
  f.test.broadcast("room:a", "seen", n(2));
  f.test.assert_broadcast("seen", n(2));
  f.room.assert_push("seen", containing(n(2)));
}

PHX_TEST("binary payloads go both ways, and to all") {
  ExampleTest f;
  const Payload bytes = Payload::binary(std::string("\0\n\xff", 3));
  f.room.assert_reply(f.room.push("echo", bytes), Status::ok, bytes);
  f.room.push("push", bytes);
  f.room.assert_push("pushed", bytes);
  f.room.push("say", bytes);
  f.test.assert_broadcast("said", bytes);
}

PHX_TEST("a handler that may block runs in its turn") {
  const ExampleTest f;
  f.room.assert_reply(f.room.push("slow echo", n(1)), Status::ok, n(1));
}

PHX_TEST("time passes only when the test says so, and timers fire one after the other") {
  ExampleTest f;
  f.room.push("tick");
  f.test.pass(Millis{999});
  f.room.refute_push("ticked");
  f.test.pass(Millis{2'001});
  for (const int tick : {1, 2, 3}) f.room.assert_push("ticked", n(tick));
}

PHX_TEST("the assigns of a joined channel can be read, and show its changes") {
  const ExampleTest f;
  expect_eq(f.room.socket().assign("name").string_or(""), "ann");
  f.room.push("keep", Json::object({{"it", 5}}));
  expect_eq(f.room.socket().assign("kept").integer_or(0), 5);
  expect(!f.ann.socket().assigns.contains("kept"), "the connection's own don't change");
}

PHX_TEST("a message from another process is the channel's handle_info") {
  const ExampleTest f;
  f.room.send(std::string("hello"));
  f.room.assert_push("told", Json::object({{"text", "hello"}}));
}

PHX_TEST("leaving is answered and ends the channel with left; hanging up ends all with closed") {
  const ExampleTest f;
  const JoinedChannel other = f.ann.join("room:b");
  f.room.refute_down();
  f.room.assert_reply(f.room.leave(), Status::ok, {});
  f.room.assert_push("phx_close");
  f.room.assert_down({ExitReason::shutdown, "left"});
  f.ann.close();
  other.assert_down({ExitReason::shutdown, "closed"});
  expect(!f.ann.connected(), "the client is gone");
}

PHX_TEST("a second join of a topic ends the first") {
  const ExampleTest f;
  const JoinedChannel again = f.ann.join("room:a");
  f.room.assert_down({ExitReason::shutdown, "duplicate_join"});
  again.assert_reply(again.push("echo"), Status::ok);
}

PHX_TEST("a disconnect on the socket's id closes the connection") {
  ExampleTest f;
  f.test.broadcast("users:ann", "disconnect", {});
  f.ann.assert_closed(socket::CloseCode::going_away);
  expect(!f.ann.connected(), "the client is gone");
}

PHX_TEST("an expected crash is seen as the channel's end, and by its client") {
  ExampleTest f;
  f.test.trap_exits();
  f.room.push("boom");
  f.room.assert_down({ExitReason::crash, "boom"});
  f.room.assert_push("phx_error");
  const JoinedChannel later = f.ann.join("room:b", Json::object({{"later", true}}));
  expect_eq(later.assert_down().detail, "later boom");
}

namespace {

/// Tracks its client under the name in its assigns.
class PresentRoom final : public Channel {
 public:
  explicit PresentRoom(Presence& presence) : presence_(presence) {}

  JoinResult join(std::string_view, Payload, Socket& socket) override {
    socket.send_self(AfterJoin{});
    return Joined{};
  }
  Result handle_info(process::Message, Socket& socket) override {
    presence_.track(socket, socket.assign("name").string_or(""), n(1));
    socket.push("presence_state", presence_.list(socket.topic()));
    return NoReply{};
  }

 private:
  struct AfterJoin {};
  Presence& presence_;
};

/// Routes to channels that share a Presence.
class PresentSocket final : public UserSocket {
 public:
  explicit PresentSocket(Presence& presence) {
    channel("room:*", [&presence] { return std::make_unique<PresentRoom>(presence); });
  }
};

}  // namespace

PHX_TEST("joins and leaves are seen as presence_diff, whatever their refs") {
  Presence presence;
  const PresentSocket users(presence);
  ChannelTest test;
  const Client ann = test.socket(users, "", {{"name", "ann"}});
  const JoinedChannel room = ann.subscribe_and_join("room:a");
  const Json here = Json::parse(R"({"ann":{"metas":[{"n":1}]}})");
  room.assert_push("presence_state", containing(here));
  const Payload diff =
      test.assert_broadcast("presence_diff", containing(Json::object({{"joins", here}})));
  expect_eq(diff["leaves"].dump(), "{}");
  ann.close();
  test.assert_broadcast("presence_diff", containing(Json::object({{"leaves", here}})));
}

PHX_TEST("ChannelTest does not take another event for a broadcast") {
  struct Price final : pubsub::Event {};
  ExampleTest f;
  f.test.context().pubsub->broadcast("room:a", std::make_shared<const Price>());
  f.test.pass(Millis{0});
  f.test.refute_broadcast("room:a", "");
}
