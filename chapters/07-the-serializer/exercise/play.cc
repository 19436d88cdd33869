/// Frames and messages, played at random: pieces of JSON and of binary frames, whole and cut.
/// How a message that can't be read is refused is free, but for the type of the exception.

#include "serializer/serializer.h"

#include <algorithm>

#include "chapters/workshop/play.h"

namespace {

using namespace phx;
using namespace phx::serializer;
using exercise::Sequence;

std::string text_of(const Opaque& part) {
  if (part.is_null()) return "null";
  const std::string text(part.text());
  return part.is_string() ? "\"" + text + "\"" : "JSON " + text;
}
std::string text_of(const SocketMessage& m) {
  return text_of(m.join_ref) + ", " + text_of(m.ref) + ", " + text_of(m.topic) + ", " +
         text_of(m.event) + (m.payload.is_binary() ? ", bytes " : ", JSON ") +
         std::string(m.payload.view());
}
std::string text_of(const Frame& frame) {
  return (frame.opcode == Frame::binary ? "binary " : "text ") + frame.bytes;
}

std::string value_of(Sequence& steps) {
  return steps.of({"\"1\"", "2", "null", "\"\"", "{}", "[1,{}]", "\"a\\\"b\\u00e9\"", "true"});
}
std::string space_of(Sequence& steps) { return steps.of({"", "", "", " ", "\n\t "}); }

Frame a_text(Sequence& steps) {
  const unsigned parts = steps.of({5U, 5U, 5U, 6U, 4U, 7U});
  const unsigned spoilt = steps.below(10);
  std::string bytes = space_of(steps) + "[";
  const std::string between = space_of(steps);
  for (unsigned i = 0; i < parts; ++i) {
    if (i > 0) bytes += "," + between;
    bytes +=
        i == 4 ? steps.of({"{}", "{\"a\":[1, 2]}", "5", "null", " {\"b\" : 1} "}) : value_of(steps);
    if (i == 1) bytes += between;
  }
  if (spoilt == 7) bytes += ",x";
  if (spoilt != 8) bytes += "]";
  if (spoilt == 9) bytes += "]";
  return {Frame::text, bytes + between};
}

Frame a_binary(Sequence& steps) {
  std::string bytes(1, static_cast<char>(steps.of({0, 0, 0, 0, 1})));
  std::string fields;
  for (int i = 0; i < 4; ++i) {
    const std::string field =
        steps.of<std::string>({"1", "", "ab", std::string(200, 'x'), std::string("\0\xff", 2)});
    bytes += static_cast<char>(field.size());
    fields += field;
  }
  bytes += fields + steps.of<std::string>({"", "d", std::string("\0\x80\n", 3)});
  const unsigned cut = steps.below(4);
  if (cut == 3)
    bytes.resize(bytes.size() - std::min<std::size_t>(bytes.size(), 1 + steps.below(7)));
  return {Frame::binary, bytes};
}

Opaque opaque_of(Sequence& steps) {
  return steps.of<Opaque>({"1",
                           {},
                           Opaque::other("2"),
                           "",
                           "q\"\n",
                           std::string(255, 'y'),
                           std::string(256, 'z'),
                           "\xc3\xa9"});
}
Payload payload_of(Sequence& steps) {
  return steps.of<Payload>({Json::object({{"n", 1}}), Payload::binary(std::string("\0b", 2)),
                            Payload::own_text("[1]"), Payload::binary(""),
                            Payload::own_text("\"s\""), Json::object({}),
                            Payload::own_text("null")});
}
std::string text_of(const Payload& payload) {
  return (payload.is_binary() ? "bytes " : "") + std::string(payload.view());
}

}  // namespace

void phx::exercise::play(Sequence& steps) {
  const Serializer& v2 = v2_json();
  while (steps.next()) {
    const unsigned what = steps.below(6);
    if (what < 2) {
      Frame frame = what == 0 ? a_text(steps) : a_binary(steps);
      if (steps.one_in(8)) frame.opcode = frame.opcode == Frame::text ? Frame::binary : Frame::text;
      if (frame.opcode == Frame::text) {
        steps.does({1, 2, 3, 4, 5, 6, 7}, "decode(" + text_of(frame) + ")");
      } else {
        steps.does({8, 9, 10, 11, 12, 13}, "decode(" + text_of(frame) + ")");
      }
      steps.comes_of([&] { return text_of(v2.decode(frame)); });
      continue;
    }
    const Payload payload = payload_of(steps);
    const Opaque join_ref = opaque_of(steps);
    const Opaque ref = opaque_of(steps);
    const Opaque topic = opaque_of(steps);
    const Opaque event = opaque_of(steps);
    const std::string refs = text_of(join_ref) + ", " + text_of(ref) + ", ";
    if (what < 4) {
      steps.does({14, 15, 16, 17, 18, 19}, "encode a push: " + refs + text_of(topic) + ", " +
                                               text_of(event) + ", " + text_of(payload));
      steps.comes_of([&] {
        return text_of(v2.encode(SocketMessage{join_ref, ref, topic, event, payload}));
      });
    } else if (what == 4) {
      const Status status = steps.of({Status::ok, Status::error});
      steps.does({14, 15, 16, 20, 21, 22}, "encode a reply: " + refs + text_of(topic) + ", " +
                                               std::string(to_string(status)) + ", " +
                                               text_of(payload));
      steps.comes_of([&] {
        return text_of(v2.encode(SocketReply{join_ref, ref, topic, status, payload}));
      });
    } else {
      steps.does({14, 15, 16, 23, 24, 25},
                 "fastlane: " + text_of(topic) + ", " + text_of(event) + ", " + text_of(payload));
      steps.comes_of([&] {
        return text_of(
            v2.fastlane({std::string(topic.text()), std::string(event.text()), payload}));
      });
    }
  }
}
