/// What version 3 looks like, byte for byte, and what is refused.

#include "chapters/07-the-serializer/exercise-messagepack/messagepack.h"

#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::serializer;
using namespace phx::testing;
using phx::exercise::v3_messagepack;

namespace {

#define BYTES(literal) std::string(literal, sizeof(literal) - 1)

Frame binary(std::string bytes) { return {Frame::binary, std::move(bytes)}; }

/// A push on the topic "t", its event "e", with this for a payload.
Frame push_of(const std::string& payload) {
  return binary(BYTES("\x95\xa1"
                      "1\xa1"
                      "2\xa1t\xa1"
                      "e") +
                payload);
}
std::string json_of(const std::string& payload) {
  return v3_messagepack().decode(push_of(payload)).payload.json().dump();
}
void refuses(const Frame& frame, const std::string& why) {
  try {
    v3_messagepack().decode(frame);
  } catch (const DecodeError&) {
    return;
  }
  throw Failure("expected a DecodeError: " + why);
}
void refuses_payload(const std::string& payload, const std::string& why) {
  refuses(push_of(payload), why);
}
/// The bytes in hexadecimal, so that a difference can be read.
std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x} ", static_cast<unsigned char>(byte));
  return text;
}
void expect_bytes(const Frame& frame, const std::string& expected) {
  expect(frame.opcode == Frame::binary, "it goes out in a binary frame");
  expect_eq(hex(frame.bytes), hex(expected));
}

}  // namespace

PHX_TEST("a push of the client's is an array of five") {
  const SocketMessage m =
      v3_messagepack().decode(binary(BYTES("\x95\xa1"
                                           "1\xa2"
                                           "22\xa3"
                                           "a:b\xa4"
                                           "echo\x81\xa1n\x07")));
  expect(m.join_ref == Opaque("1") && m.ref == Opaque("22"), "the refs are strings");
  expect(m.topic.is("a:b") && m.event.is("echo"), "topic and event are strings");
  expect_eq(m.payload.json().dump(), R"({"n":7})");
}

PHX_TEST("a ref may be nil, and is null then; an empty one is not") {
  const SocketMessage m =
      v3_messagepack().decode(binary(BYTES("\x95\xc0\xa0\xa1t\xa1"
                                           "e\x80")));
  expect(m.join_ref.is_null(), "nil is null");
  expect(m.ref == Opaque(""), "the empty string is one");
}

PHX_TEST("what JSON can say comes in as JSON") {
  expect_eq(json_of(BYTES("\xc0")), "null");
  expect_eq(json_of(BYTES("\x93\xc2\xc3\xff")), "[false,true,-1]");
  expect_eq(json_of(BYTES("\xcb\x3f\xf8\0\0\0\0\0\0")), "1.5");
  expect_eq(json_of(BYTES("\xca\x3f\xc0\0\0")), "1.5");
  expect_eq(json_of(BYTES("\xa4zo\xc3\xab")), "\"zo\xc3\xab\"");
  expect_eq(json_of(BYTES("\xa3"
                          "a\0b")),
            R"("a\u0000b")");
  expect_eq(json_of(BYTES("\x82\xa1"
                          "b\x90\xa1"
                          "a\x81\xa1x\xc0")),
            R"({"a":{"x":null},"b":[]})");
  expect_eq(json_of(BYTES("\xcf\x7f\xff\xff\xff\xff\xff\xff\xff")), "9223372036854775807");
  expect_eq(json_of(BYTES("\xd3\x80\0\0\0\0\0\0\0")), "-9223372036854775808");
}

PHX_TEST("a payload of bytes stays bytes") {
  const SocketMessage m =
      v3_messagepack().decode(push_of(BYTES("\xc4\x04"
                                            "d\0\xffx")));
  expect(m.payload.is_binary(), "it is binary");
  expect_eq(hex(m.payload.view()), hex(BYTES("d\0\xffx")));
}

PHX_TEST("a push goes out as an array of five, as short as it can be") {
  const Json payload =
      Json::object({{"n", 300}, {"b", true}, {"f", 1.5}, {"a", Json::array({-1})}});
  expect_bytes(v3_messagepack().encode(SocketMessage{"1", {}, "a:b", "new", payload}),
               BYTES("\x95\xa1"
                     "1\xc0\xa3"
                     "a:b\xa3new\x84\xa1"
                     "a\x91\xff\xa1"
                     "b\xc3\xa1"
                     "f\xcb\x3f\xf8\0\0\0\0\0\0\xa1n\xcd\x01\x2c"));
}

PHX_TEST("a reply's payload is a map of response and status") {
  expect_bytes(
      v3_messagepack().encode(serializer::SocketReply{"1", "2", "t", Status::error, Json("no")}),
      BYTES("\x95\xa1"
            "1\xa1"
            "2\xa1t\xa9phx_reply\x82\xa8response\xa2no\xa6status\xa5"
            "error"));
}

PHX_TEST("a broadcast has no refs") {
  expect_bytes(v3_messagepack().fastlane({"t", "new", Payload()}),
               BYTES("\x95\xc0\xc0\xa1t\xa3new\x80"));
}

PHX_TEST("bytes go out as bin, in a push, a reply and a broadcast") {
  const Payload data = Payload::binary("xy");
  expect_bytes(v3_messagepack().encode(SocketMessage{"1", {}, "t", "e", data}),
               BYTES("\x95\xa1"
                     "1\xc0\xa1t\xa1"
                     "e\xc4\x02xy"));
  expect_bytes(v3_messagepack().encode(serializer::SocketReply{"1", "2", "t", Status::ok, data}),
               BYTES("\x95\xa1"
                     "1\xa1"
                     "2\xa1t\xa9phx_reply\x82\xa8response\xc4\x02xy\xa6status\xa2ok"));
  expect_bytes(v3_messagepack().fastlane({"t", "e", data}), BYTES("\x95\xc0\xc0\xa1t\xa1"
                                                                  "e\xc4\x02xy"));
}

PHX_TEST("pushing or broadcasting what is no object is refused, replying it is not") {
  for (const char* text : {"5", "null", "[1]", "\"s\"", "true"}) {
    const Payload value = Payload::own_text(text);
    expect_throw<EncodeError>([&] {
      v3_messagepack().encode(SocketMessage{"1", {}, "t", "e", value});
    });
    expect_throw<EncodeError>([&] { v3_messagepack().fastlane({"t", "e", value}); });
    v3_messagepack().encode(serializer::SocketReply{"1", "2", "t", Status::ok, value});
  }
}

PHX_TEST("anything but an array of five of the right types is refused") {
  refuses({Frame::text, R"(["1","2","t","e",{}])"}, "a text frame");
  refuses({Frame::text, push_of("\xc0").bytes}, "a text frame, whatever its bytes");
  refuses(binary(""), "no bytes");
  refuses(binary(BYTES("\x80")), "a map");
  refuses(binary(BYTES("\x94\xc0\xc0\xa1t\xa1"
                       "e")),
          "four");
  refuses(binary(BYTES("\x96\xc0\xc0\xa1t\xa1"
                       "e\x80\x80")),
          "six");
  refuses(binary(BYTES("\x95\x01\xc0\xa1t\xa1"
                       "e\x80")),
          "a number for a join_ref");
  refuses(binary(BYTES("\x95\xc0\xc2\xa1t\xa1"
                       "e\x80")),
          "false for a ref");
  refuses(binary(BYTES("\x95\xc0\xc0\xc0\xa1"
                       "e\x80")),
          "nil for a topic");
  refuses(binary(BYTES("\x95\xc0\xc0\xa1t\x07\x80")), "a number for an event");
  refuses(binary(BYTES("\x95\xc0\xc0\xa1\xff\xa1"
                       "e\x80")),
          "a topic that is no UTF-8");
}

PHX_TEST("a frame that is cut short anywhere is refused, and so is one that goes on") {
  const std::string whole =
      push_of(BYTES("\x82\xa1x\xcb\x3f\xf8\0\0\0\0\0\0\xa1y\x92\xa2zz\xc3")).bytes;
  v3_messagepack().decode(binary(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    refuses(binary(whole.substr(0, size)), "cut after " + std::to_string(size) + " bytes");
  }
  refuses(binary(whole + '\xc0'), "one value more");
}

PHX_TEST("what JSON lacks is refused") {
  refuses_payload(BYTES("\xd4\x01x"), "an extension");
  refuses_payload(BYTES("\x81\x01\x02"), "a key that is a number");
  refuses_payload(BYTES("\x81\xc4\x01x\x02"), "a key that is bytes");
  refuses_payload(BYTES("\x91\xc4\x01x"), "bytes within a payload");
  refuses_payload(BYTES("\xa2\xc3("), "text that is no UTF-8");
  refuses_payload(BYTES("\xcb\x7f\xf8\0\0\0\0\0\0"), "a float that is no number");
  refuses_payload(BYTES("\xca\x7f\x80\0\0"), "an infinite float");
  refuses_payload(BYTES("\xcf\x80\0\0\0\0\0\0\0"), "an integer over 63 bits");
}

PHX_TEST("a frame that promises more than it has costs no more than it has") {
  for (const char head : {'\xdd', '\xdf', '\xdb', '\xc6', '\xc9'}) {
    refuses_payload(std::string(1, head) + BYTES("\xff\xff\xff\xf0"), "four thousand millions");
    refuses_payload(std::string(1, head) + BYTES("\x10\0\0\0"), "two hundred millions");
  }
}

PHX_TEST("nesting is taken up to a hundred, and refused beyond, however deep") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '\x91') + '\xc0'; };
  expect_eq(json_of(nested(99)).size(), 2 * 99 + 4u);
  refuses_payload(nested(200), "two hundred");
  refuses_payload(nested(1'000'000), "a million");
}

namespace {

struct Room final : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    socket.broadcast(event, std::move(payload));
    return NoReply{};
  }
};

/// Offers all three, as a mount may.
struct Users final : UserSocket {
  Users() { channel<Room>("*"); }
  std::span<const Offer> serializers() const override { return offers_; }

 private:
  std::vector<Offer> offers_{
      {&v1_json(), "~> 1.0.0"}, {&v2_json(), "~> 2.0.0"}, {&v3_messagepack(), "~> 3.0.0"}};
};

}  // namespace

PHX_TEST("clients of two versions meet in a room, and each hears it in its own") {
  TestShard shard;
  Users users;
  FakeClient two(shard, users, "2.0.0"), three(shard, users, "3.0.0");
  two.send(R"(["1","1","t","phx_join",{}])");
  three.send(
      binary(BYTES("\x95\xa1"
                   "1\xa1"
                   "1\xa1t\xa8phx_join\x80")));
  two.heard();
  expect_eq(hex(three.heard().at(0)),
            hex(BYTES("\x95\xa1"
                      "1\xa1"
                      "1\xa1t\xa9phx_reply\x82\xa8response\x80\xa6status\xa2ok")));
  three.send(push_of(BYTES("\x81\xa1n\x01")));
  expect_eq(two.heard(), std::vector<std::string>{R"([null,null,"t","e",{"n":1}])"});
  expect_eq(hex(three.heard().at(0)), hex(BYTES("\x95\xc0\xc0\xa1t\xa1"
                                                "e\x81\xa1n\x01")));
  expect(negotiate(users.serializers(), "4.0.0") == nullptr, "nobody speaks version 4");
}
