/// The wire format of each version, and what is refused.

#include "serializer/serializer.h"

#include <array>
#include <functional>
#include <map>

#include "testing/case.h"
#include "testing/each.h"

using namespace phx;
using namespace phx::serializer;
using namespace phx::testing;

namespace {

Frame text(std::string bytes) { return {Frame::text, std::move(bytes)}; }
Frame bytes(std::string_view b) { return {Frame::binary, std::string(b)}; }

#define BYTES(literal) std::string_view(literal, sizeof(literal) - 1)

void refuses(const Serializer& serializer, const Frame& frame) {
  expect_throw<DecodeError>([&] { serializer.decode(frame); });
}

}  // namespace

PHX_TEST("V2 reads the five elements, each ref with its type") {
  const SocketMessage m = v2_json().decode(text(R"( [ "1", 2 ,"a:b","echo",{"x": [1, 2]} ] )"));
  expect(m.join_ref == Opaque("1"), "join_ref is the string 1");
  expect(m.ref == Opaque::other("2"), "ref is the number 2");
  expect(!(m.ref == Opaque("2")), "and not the string 2");
  expect_eq(m.topic.text(), std::string_view("a:b"));
  expect_eq(m.payload.view(), std::string_view(R"({"x":[1,2]})"));
  expect_eq(m.payload["x"][1].integer_or(0), 2);
}

PHX_TEST("V2 ignores elements after the fifth, but validates them") {
  v2_json().decode(text(R"(["1","2","t","e",{},"extra",[1]])"));
  refuses(v2_json(), text(R"(["1","2","t","e",{},extra])"));
}

PHX_TEST("V2 refuses anything but an array of five") {
  each({"", " ", "hello", "{", "[", "5", "null", "{}", "[]", R"(["1","2","t","e"])",
        R"(["1","2","t","e",{}]])", R"(["1","2","t","e",{},])"},
       [](const char* bad) { refuses(v2_json(), text(bad)); });
}

PHX_TEST("invalid UTF-8 and invalid JSON are different errors") {
  expect_throw<NotUtf8>([] { v2_json().decode(text("\xff")); });
  expect_throw<NotUtf8>([] { v2_json().decode(text("[\"1\",\"2\",\"t\",\"e\",\"\xc3(\"]")); });
  try {
    v2_json().decode(text("hello"));
  } catch (const NotUtf8&) {
    throw Failure("expected that hello is UTF-8");
  } catch (const DecodeError&) {
  }
}

PHX_TEST("V2 writes replies, pushes and broadcasts") {
  const SocketReply reply{"1", "2", "a:b", Status::error, Json::object({{"why", "no"}})};
  expect_eq(
      v2_json().encode(reply).bytes,
      std::string(R"(["1","2","a:b","phx_reply",{"response":{"why":"no"},"status":"error"}])"));
  const SocketMessage push{"1", {}, "a:b", "new", Json::object({{"n", 1}})};
  expect_eq(v2_json().encode(push).bytes, std::string(R"(["1",null,"a:b","new",{"n":1}])"));
  expect_eq(v2_json().fastlane({"a:b", "new", Json::object({{"n", 1}})}).bytes,
            std::string(R"([null,null,"a:b","new",{"n":1}])"));
}

PHX_TEST("a topic is escaped as in Phoenix") {
  const SocketReply reply{{}, "2", "q\"\\\n\x1f\x7f/", Status::ok, Payload()};
  expect_eq(v2_json().encode(reply).bytes,
            std::string("[null,\"2\",\"q\\\"\\\\\\n\\u001F\x7f/\",\"phx_reply\","
                        "{\"response\":{},\"status\":\"ok\"}]"));
}

PHX_TEST("a message's names live longer than its frame and its payload") {
  const std::string name(200, 'n');
  for (const std::string& topic : {std::string("t"), name}) {
    const Frame frame{Frame::text, "[\"1\",[2, 3],\"" + topic + "\",\"\\u0065cho\",{}]"};
    auto whole = std::make_unique<SocketMessage>(v2_json().decode(frame));
    const auto join_ref = whole->join_ref, ref = std::move(whole->ref);
    const auto its_topic = whole->topic, event = std::move(whole->event);
    whole.reset();
    expect(join_ref.is("1") && its_topic.is(topic) && event.is("echo"), "as they came");
    expect_eq(v2_json().encode(SocketReply{join_ref, ref, its_topic, Status::ok, {}}).bytes,
              "[\"1\",[2,3],\"" + topic + "\",\"phx_reply\",{\"response\":{},\"status\":\"ok\"}]");
  }
}

PHX_TEST("each text of a message is escaped, in both versions: it reads back as it was") {
  const std::string text = "q\"\\\n\x1f/\xc3\xa9";
  const std::string number = "2" + text, topic = "t:" + text, event = "e:" + text;
  const Json payload = Json::object({{"p:" + text, text}});
  const Json no_ref;
  const SocketReply reply{text, number, topic, Status::ok, payload};
  const SocketMessage push{text, {}, topic, event, payload};
  const Broadcast broadcast{topic, event, payload};
  const Json answer = Json::object({{"response", payload}, {"status", "ok"}});
  const auto read = [](const Frame& frame) { return Json::parse(frame.bytes); };
  expect(
      read(v2_json().encode(reply)) == Json::array({text, "2" + text, topic, "phx_reply", answer}),
      "V2's reply");
  expect(read(v2_json().encode(push)) == Json::array({text, no_ref, topic, event, payload}),
         "V2's push");
  expect(
      read(v2_json().fastlane(broadcast)) == Json::array({no_ref, no_ref, topic, event, payload}),
      "V2's broadcast");
  const auto v1 = [&](const Json& ref, const std::string& name, const Json& what) {
    return Json::object({{"event", name}, {"payload", what}, {"ref", ref}, {"topic", topic}});
  };
  expect(read(v1_json().encode(reply)) == v1("2" + text, "phx_reply", answer), "V1's reply");
  expect(read(v1_json().encode(push)) == v1(no_ref, event, payload), "V1's push");
  expect(read(v1_json().fastlane(broadcast)) == v1(no_ref, event, payload), "V1's broadcast");
}

PHX_TEST("V2 refuses JSON that is not an object in a push or broadcast, and takes it in a reply") {
  each({"5", "null", "[1]", "\"s\"", "true"}, [](const char* payload) {
    const Payload value = Payload::own_text(payload);
    expect_throw<EncodeError>([&] { v2_json().encode(SocketMessage{"1", {}, "t", "e", value}); });
    expect_throw<EncodeError>([&] { v2_json().fastlane({"t", "e", value}); });
    v2_json().encode(SocketReply{"1", "2", "t", Status::ok, value});
  });
}

PHX_TEST("V1 pushes and broadcasts any JSON, and no bytes") {
  for (const std::string payload : {"5", "null", "[1]", "\"s\"", "true"}) {
    const Payload value = Payload::own_text(payload);
    const std::string text = R"({"event":"e","payload":)" + payload + R"(,"ref":null,"topic":"t"})";
    expect_eq(v1_json().encode(SocketMessage{"1", {}, "t", "e", value}).bytes, text);
    expect_eq(v1_json().fastlane({"t", "e", value}).bytes, text);
  }
  const Payload bytes = Payload::binary("b");
  expect_throw<EncodeError>([&] { v1_json().encode(SocketMessage{"1", {}, "t", "e", bytes}); });
  expect_throw<EncodeError>([&] { v1_json().fastlane({"t", "e", bytes}); });
}

PHX_TEST("V2 reads a binary push by its five sizes") {
  const SocketMessage m =
      v2_json().decode(bytes(BYTES("\x00\x01\x02\x03\x04"
                                   "1"
                                   "22"
                                   "a:b"
                                   "echo"
                                   "d\0ta")));
  expect(m.join_ref == Opaque("1") && m.ref == Opaque("22"), "refs are strings");
  expect_eq(std::string(m.topic.text()) + "/" + std::string(m.event.text()),
            std::string("a:b/echo"));
  expect_eq(m.payload.view(), BYTES("d\0ta"));
  expect(m.payload.is_binary(), "the data stays bytes");
}

PHX_TEST(
    "V2 refuses a binary frame that is cut short, of another kind, or with sizes beyond its end") {
  for (const std::string_view bad :
       {BYTES(""), BYTES("\x00"), BYTES("\x00\x01\x02"),
        BYTES("\x00\x01\x01\x01\x09"
              "12t"),
        BYTES("\x01\x00\x00\x00\x00"), BYTES("\x02\x00\x00\x00\x00"), BYTES("\x03\x00\x00\x00\x00"),
        BYTES("[\"1\",\"2\",\"t\",\"e\",{}]")}) {
    each({std::string(bad)}, [](const std::string& frame) { refuses(v2_json(), bytes(frame)); });
  }
  const SocketMessage empty = v2_json().decode(bytes(BYTES("\x00\x00\x00\x00\x00")));
  expect(empty.join_ref == Opaque("") && !empty.join_ref.is_null(), "empty is not null");
}

PHX_TEST("V2 writes each binary layout") {
  const Payload data = Payload::binary("xy");
  expect_eq(v2_json().encode(SocketReply{"1", "2", "t", Status::ok, data}).bytes,
            std::string(BYTES("\x01\x01\x01\x01\x02"
                              "1"
                              "2"
                              "t"
                              "ok"
                              "xy")));
  expect_eq(v2_json().encode(SocketMessage{"1", {}, "t", "ev", data}).bytes,
            std::string(BYTES("\x00\x01\x01\x02"
                              "1"
                              "t"
                              "ev"
                              "xy")));
  expect_eq(v2_json().fastlane({"t", "ev", data}).bytes, std::string(BYTES("\x02\x01\x02"
                                                                           "t"
                                                                           "ev"
                                                                           "xy")));
}

PHX_TEST("a field over 255 bytes does not fit a binary message") {
  const std::string topic(256, 't');
  expect_throw<EncodeError>([&] { v2_json().fastlane({topic, "e", Payload::binary("x")}); });
  v2_json().fastlane({topic.substr(1), "e", Payload::binary("x")});
}

PHX_TEST("a ref that is not valid UTF-8 is sent in binary, and crashes in text") {
  v2_json().encode(SocketReply{"1", "\xff", "t", Status::ok, Payload::binary("x")});
  expect_throw<EncodeError>([] {
    v2_json().encode(SocketReply{"1", "\xff", "t", Status::ok, Payload()});
  });
}

PHX_TEST("V1 is an object of four keys, and sends no join_ref") {
  expect_eq(
      v1_json().encode(SocketReply{"1", "2", "t", Status::ok, Payload()}).bytes,
      std::string(
          R"({"event":"phx_reply","payload":{"response":{},"status":"ok"},"ref":"2","topic":"t"})"));
  expect_eq(v1_json().fastlane({"t", "new", Payload()}).bytes,
            std::string(R"({"event":"new","payload":{},"ref":null,"topic":"t"})"));
}

PHX_TEST("V1 requires its four keys, takes join_ref too, and of duplicates the first") {
  const SocketMessage m = v1_json().decode(text(
      R"({"topic":"t","event":"e","payload":{"a":1},"ref":null,"join_ref":"7","x":1,"topic":"u"})"));
  expect_eq(m.topic.text(), std::string_view("t"));
  expect_eq(m.event.text(), std::string_view("e"));
  expect_eq(m.join_ref.text(), std::string_view("7"));
  expect(m.ref.is_null(), "ref may be null");
  for (const char* bad :
       {R"({"event":"e","payload":{},"ref":"1"})", R"({"topic":"t","payload":{},"ref":"1"})",
        R"({"topic":"t","event":"e","ref":"1"})", R"({"topic":"t","event":"e","payload":{}})", "[]",
        R"(["1","2","t","e",{}])", "{", R"({"topic":"t",})"}) {
    each({bad}, [](const char* frame) { refuses(v1_json(), text(frame)); });
  }
}

PHX_TEST("the version decides the serializer, and is parsed strictly") {
  const auto speaks = [](const char* vsn) { return negotiate(default_offers(), vsn); };
  for (const char* v1 : {"1.0.0", "1.0.9"}) expect(speaks(v1) == &v1_json(), v1);
  for (const char* v2 : {"2.0.0", "2.0.5", "2.0.0+build", "2.0.0+b-c"})
    expect(speaks(v2) == &v2_json(), v2);
  for (const char* none :
       {"3.0.0", "2.1.0", "1.1.0", "0.9.0", "2", "2.0", "", "abc", "2.0.0-rc.1", "02.0.0",
        "2.0.0.0", "2.0.0+", "2.0.0-", "2.0.0-+b", "2.0.0+a+b", "-2.0.0", "2.0.x", " 2.0.0"}) {
    expect(speaks(none) == nullptr, std::string("nobody speaks \"") + none + "\"");
  }
}

// --- V2, field by field
// ---------------------------------------------------------------------------

namespace {

/// A binary push of these four fields, and data; the size of one field may be a lie.
Frame binary_push(const std::array<std::string, 4>& fields, int liar = -1, char lie = 0) {
  std::string frame(1, '\0');
  for (const std::string& field : fields) frame += static_cast<char>(field.size());
  if (liar >= 0) frame[static_cast<std::size_t>(liar) + 1] = lie;
  for (const std::string& field : fields) frame += field;
  return {Frame::binary, frame};
}

std::array<Opaque, 4> opaques(const SocketMessage& m) {
  return {m.join_ref, m.ref, m.topic, m.event};
}

}  // namespace

PHX_TEST("each of the four fields of a binary push may have up to 255 bytes") {
  each({0, 1, 2, 3}, [](int longer) {
    each({127, 128, 200, 255}, [longer](int size) {
      std::array<std::string, 4> fields{"1", "2", "t", "e"};
      fields[static_cast<std::size_t>(longer)].assign(static_cast<std::size_t>(size), 'x');
      Frame frame = binary_push(fields);
      frame.bytes += "data";
      const SocketMessage m = v2_json().decode(std::move(frame));
      for (std::size_t i = 0; i < fields.size(); ++i) expect_eq(opaques(m)[i].text(), fields[i]);
      expect_eq(m.payload.view(), std::string_view("data"));
    });
  });
}

PHX_TEST("each of the four sizes of a binary push must lie within the frame") {
  each({0, 1, 2, 3}, [](int liar) {
    each({2, 5, 200}, [liar](int size) {  // the others are empty: no later one can be missed
      std::array<std::string, 4> fields;
      fields[static_cast<std::size_t>(liar)] = "x";
      refuses(v2_json(), binary_push(fields, liar, static_cast<char>(size)));
      refuses(v2_json(), binary_push({"1", "2", "t", "e"}, liar, static_cast<char>(size + 3)));
    });
  });
}

PHX_TEST("the first byte of a binary push is 0, and no other") {
  for (int kind = 1; kind < 256; ++kind) {
    each({kind}, [](int wrong) {
      Frame frame = binary_push({"1", "2", "t", "e"});
      frame.bytes[0] = static_cast<char>(wrong);
      refuses(v2_json(), frame);
    });
  }
}

PHX_TEST("an empty field of a binary push is an empty string, and never null") {
  const SocketMessage m = v2_json().decode(binary_push({"", "", "", ""}));
  each({0, 1, 2, 3}, [&m](int i) {
    const Opaque field = opaques(m)[static_cast<std::size_t>(i)];
    expect(field.is_string() && field.text().empty(), "an empty string");
  });
  expect(m.payload.is_binary() && m.payload.view().empty(), "no data, as bytes");
}

PHX_TEST("each of the first four elements keeps its type") {
  for (const char* value : {"1", "null", "[1]", "true", "\"1\"", "\"\"", "1.50"}) {
    each({0, 1, 2, 3}, [value](int place) {
      std::array<std::string, 4> elements{"\"a\"", "\"b\"", "\"c\"", "\"d\""};
      elements[static_cast<std::size_t>(place)] = value;
      std::string frame = "[";
      for (const std::string& element : elements) frame += element + ",";
      const SocketMessage m = v2_json().decode(text(frame + "{}]"));
      const Opaque got = opaques(m)[static_cast<std::size_t>(place)];
      const std::string_view json = value;
      expect_eq(got.is_null(), json == "null");
      expect_eq(got.is_string(), json.starts_with('"'));
      std::string back;
      if (got.is_string()) back = '"' + std::string(got.text()) + '"';
      expect_eq(got.is_null() ? "null" : got.is_string() ? back : got.text(), json);
    });
  }
}

PHX_TEST("bytes go in a binary frame, be they none; JSON goes in text") {
  const auto reply = [](const Payload& response) {
    return v2_json().encode(SocketReply{"1", "2", "t", Status::error, response});
  };
  const auto push = [](const Payload& payload) {
    return v2_json().encode(SocketMessage{"1", {}, "t", "ev", payload});
  };
  const auto all = [](const Payload& payload) { return v2_json().fastlane({"t", "ev", payload}); };
  each({std::string(), std::string("x"), std::string("a\0b", 3)}, [&](const std::string& data) {
    const Payload bytes = Payload::binary(data);
    expect_eq(reply(bytes).bytes, std::string(BYTES("\x01\x01\x01\x01\x05"
                                                    "12terror")) +
                                      data);
    expect_eq(push(bytes).bytes, std::string(BYTES("\x00\x01\x01\x02"
                                                   "1tev")) +
                                     data);
    expect_eq(all(bytes).bytes, std::string(BYTES("\x02\x01\x02"
                                                  "tev")) +
                                    data);
    for (const Frame& frame : {reply(bytes), push(bytes), all(bytes)}) {
      expect(frame.opcode == Frame::binary, "bytes go in a binary frame: a reply, push, broadcast");
    }
  });
  for (const Frame& frame : {reply({}), push({}), all({})}) {
    expect(frame.opcode == Frame::text, "JSON goes in a text frame: " + frame.bytes);
  }
}

PHX_TEST("each field of each binary message has at most 255 bytes") {
  const std::string fits(255, 'x');
  const std::string longer(256, 'x');
  const Payload data = Payload::binary("d");
  const auto push = [&](const std::string& join_ref, const std::string& topic,
                        const std::string& event) {
    v2_json().encode(SocketMessage{join_ref, {}, topic, event, data});
  };
  const auto reply = [&](const std::string& join_ref, const std::string& ref,
                         const std::string& topic) {
    v2_json().encode(SocketReply{join_ref, ref, topic, Status::ok, data});
  };
  const std::map<std::string, std::function<void(const std::string&)>> fields{
      {"a push's join_ref", [&](const std::string& f) { push(f, "t", "e"); }},
      {"a push's topic", [&](const std::string& f) { push("1", f, "e"); }},
      {"a push's event", [&](const std::string& f) { push("1", "t", f); }},
      {"a reply's join_ref", [&](const std::string& f) { reply(f, "2", "t"); }},
      {"a reply's ref", [&](const std::string& f) { reply("1", f, "t"); }},
      {"a reply's topic", [&](const std::string& f) { reply("1", "2", f); }},
      {"a broadcast's topic",
       [&](const std::string& f) {
         v2_json().fastlane({f, "e", data});
       }},
      {"a broadcast's event",
       [&](const std::string& f) {
         v2_json().fastlane({"t", f, data});
       }},
  };
  for (const auto& one : fields) {
    each({one.first}, [&](const std::string& field) {
      fields.at(field)(fits);
      expect_throw<EncodeError>([&] { fields.at(field)(longer); });
    });
  }
}

PHX_TEST("the response of a reply is JSON of any kind, and stands in it as it is") {
  each({"5", "null", "[1]", "\"s\"", "true", "{}"}, [](const char* response) {
    const SocketReply reply{"1", "2", "t", Status::ok, Payload::own_text(response)};
    expect_eq(
        v2_json().encode(reply).bytes,
        std::string(R"(["1","2","t","phx_reply",{"response":)") + response + R"(,"status":"ok"}])");
  });
}

PHX_TEST("a null join_ref or ref is written as null, an empty one as an empty string") {
  expect_eq(v2_json().encode(SocketMessage{{}, {}, "t", "e", {}}).bytes,
            std::string(R"([null,null,"t","e",{}])"));
  expect_eq(v2_json().encode(SocketMessage{"", "", "t", "e", {}}).bytes,
            std::string(R"(["","","t","e",{}])"));
  expect_eq(v2_json().encode(SocketReply{{}, {}, "t", Status::ok, {}}).bytes,
            std::string(R"([null,null,"t","phx_reply",{"response":{},"status":"ok"}])"));
}
