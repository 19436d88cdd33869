/// What the patterns of chapter 13 promise.

#include "chapters/13-shaping-a-channel/gathered.h"
#include "chapters/13-shaping-a-channel/handed_off.h"
#include "chapters/13-shaping-a-channel/numbered.h"
#include "chapters/13-shaping-a-channel/personal.h"
#include "testing/channel_test.h"

using namespace phx;
using namespace phx::testing;
using namespace shaping;

namespace {

struct Shapes : UserSocket {
  explicit Shapes(Errand::Work work = [] { return Json::object({{"pages", 7}}); }) {
    channel<Gathered>("pointer:*");
    channel<Personal>("user:*");
    channel("reports:*", [work] { return std::make_unique<Reports>(work); });
    channel("log:*", [this] { return std::make_unique<Numbered>(minutes); });
  }
  Minutes minutes;
};

struct Fixture {
  const Shapes users;
  ChannelTest test;
  const Client ada = test.socket(users, "", {{"user", "ada"}});
  const Client bob = test.socket(users, "", {{"user", "bob"}});
};

Json at(int x) { return Json::object({{"x", x}}); }
Json said(int n, const char* body) { return Json::object({{"n", n}, {"body", body}}); }
Json saying(const char* body) { return Json::object({{"body", body}}); }

}  // namespace

PHX_TEST("of many moves in 50 ms the last is sent, once, and not to its sender") {
  Fixture f;
  const JoinedChannel ada = f.ada.join("pointer:map");
  const JoinedChannel bob = f.bob.join("pointer:map");
  for (int x = 1; x <= 100; ++x) ada.push("moved", at(x));
  bob.refute_push("moved");
  f.test.pass(Millis{50});
  bob.assert_push("moved", at(100));
  bob.refute_push("moved");
  ada.refute_push("moved");
}

PHX_TEST("a move after that is sent 50 ms later") {
  Fixture f;
  const JoinedChannel ada = f.ada.join("pointer:map");
  const JoinedChannel bob = f.bob.join("pointer:map");
  ada.push("moved", at(1));
  f.test.pass(Millis{50});
  ada.push("moved", at(2));
  bob.assert_push("moved", at(1));
  f.test.pass(Millis{49});
  bob.refute_push("moved");
  f.test.pass(Millis{1});
  bob.assert_push("moved", at(2));
}

PHX_TEST("an errand answers for the channel") {
  const Fixture f;
  const JoinedChannel room = f.ada.join("reports:q3");
  const MessageRef ref = room.push("report");
  room.assert_reply(ref, Status::ok, Json::object({{"pages", 7}}));
}

PHX_TEST("an errand that fails says so to its client, and the channel lives on") {
  const Shapes users([]() -> Json { throw std::runtime_error("the printer is on fire"); });
  ChannelTest test;
  test.trap_exits();
  const JoinedChannel room = test.socket(users).join("reports:q3");
  const MessageRef ref = room.push("report");
  room.assert_reply(ref, Status::error, Json::object({{"reason", "it could not be done"}}));
  room.assert_reply(room.push("ping"), Status::ok);
}

PHX_TEST("a late client gets what was said after the number that it has seen") {
  const Fixture f;
  const JoinedChannel ada = f.ada.join("log:a");
  ada.assert_push("missed", Json::object({{"messages", Json::array()}}));
  for (const char* body : {"one", "two", "three"}) ada.push("say", saying(body));
  ada.assert_push("said", said(1, "one"));

  const JoinedChannel bob = f.bob.join("log:a", Json::object({{"since", 1}}));
  bob.assert_push("missed",
                  Json::object({{"messages", Json::array({said(2, "two"), said(3, "three")})}}));
  ada.push("say", saying("four"));
  bob.assert_push("said", said(4, "four"));
}

PHX_TEST("no more than a hundred messages are kept") {
  const Fixture f;
  const JoinedChannel ada = f.ada.join("log:a");
  for (int i = 0; i < 103; ++i) ada.push("say", saying("x"));
  const Payload missed = f.bob.join("log:a").assert_push("missed");
  expect_eq(missed["messages"][std::size_t{0}]["n"].integer_or(0), 4);
  expect_eq(missed["messages"][std::size_t{99}]["n"].integer_or(0), 103);
}

// That a worker's broadcasts come so is pubsub_test's.
PHX_TEST("what is said is numbered on a worker, so that it comes in one order on all shards") {
  Minutes minutes;
  expect(Numbered(minutes).blocking("say", {}), "saying is announced as blocking");
}

PHX_TEST("a personal topic takes its person alone, and brings what others send there") {
  const Fixture f;
  expect_eq(f.ada.join_refused("user:bob").view(), R"({"reason":"this is somebody else's"})");
  const JoinedChannel ada = f.ada.join("user:ada");
  const JoinedChannel bob = f.bob.join("user:bob");
  ada.push("invite", Json::object({{"whom", "bob"}}));
  bob.assert_push("invited", Json::object({{"by", "ada"}}));
  ada.refute_push("invited");
}
