/// Values survive a round trip through frames.

#include "testing/values.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::serializer;
using namespace phx::testing;

PHX_TEST("a message survives a round trip, JSON or bytes") {
  for (const Payload& payload :
       {Payload::own_text(R"({"a":"\n"})"), Payload::binary({"\n\0{", 3})}) {
    const SocketMessage sent{"1", "2", "room:\n", "new\nmsg", payload};
    const SocketMessage got = values().decode(values().encode(sent));
    expect(got.join_ref == sent.join_ref && got.ref == sent.ref, "the refs");
    expect(got.topic == sent.topic && got.event == sent.event, "the names");
    expect_eq(got.payload.is_binary(), payload.is_binary());
    expect_eq(got.payload.view(), payload.view());
  }
}

PHX_TEST("a reply keeps its status, a broadcast has no refs") {
  const Value reply = read(values().encode(SocketReply{"1", "2", "t", Status::error, Json(5)}));
  expect_eq(reply.kind, Value::reply);
  expect_eq(reply.ref + " " + reply.name, "2 error");
  expect_eq(reply.payload.view(), "5");
  const Value said = read(values().fastlane(Broadcast("t", "said", {})));
  expect_eq(said.join_ref + said.ref, "");
  expect_eq(said.topic + " " + said.name, "t said");
}

PHX_TEST("messages that V2 can't send are refused here too") {
  expect_throw<EncodeError>([] { values().encode(SocketMessage{{}, {}, "t", "e", Json(5)}); });
  expect_throw<EncodeError>([] { values().fastlane(Broadcast("t", "e", Json::array())); });
  const SocketMessage long_event{{}, {}, "t", std::string(256, 'e'), Payload::binary("")};
  expect_throw<EncodeError>([&long_event] { values().encode(long_event); });
}
