/// A draft has the bytes of the frame that it stands for, wherever its parts are kept.

#include "serializer/draft.h"

#include "serializer/serializer.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::serializer;

namespace {

std::string joined(Draft& draft) {
  std::string all;
  for (const std::string_view part : draft.text.parts()) all += part;
  return all;
}

Payload text_of(std::size_t size) {
  return Payload::own_text("{\"text\":\"" + std::string(size, 'x') + "\"}");
}

void expect_as_encoded(const Serializer& serializer, const SocketReply& reply) {
  const Frame expected = serializer.encode(reply);
  Draft in_parts, whole;
  serializer.draft(reply, in_parts);
  serializer.draft(reply, whole);
  expect(in_parts.opcode == expected.opcode, "text or binary, as the frame");
  expect_eq(joined(in_parts), expected.bytes);
  const Frame finished = whole.finished();
  expect(finished == expected, "as a frame, too, it is the same");
}

}  // namespace

PHX_TEST("a reply's draft is its frame, at each size and in each version") {
  for (const Serializer* serializer : {&v1_json(), &v2_json()}) {
    for (std::size_t size = 0; size < 600; ++size) {
      expect_as_encoded(*serializer, {"1", "2", "room:lobby", Status::ok, text_of(size)});
    }
    expect_as_encoded(*serializer, {"1", "2", "room:lobby", Status::error, text_of(100'000)});
  }
  expect_as_encoded(v2_json(),
                    {"1", "2", "room:lobby", Status::ok, Payload::binary(std::string(500, '\0'))});
}

PHX_TEST("so it is with a topic that is long, or must be escaped, and with refs of any kind") {
  const Opaque number = Opaque::other("7");
  for (std::size_t size = 0; size < 600; ++size) {
    const std::string plain(size, 't'), quoted(size, '"');
    for (const std::string* topic : {&plain, &quoted}) {
      for (const std::size_t payload : {0u, 200u, 1'000u}) {
        expect_as_encoded(v2_json(), {number, {}, *topic, Status::ok, text_of(payload)});
      }
    }
  }
}

PHX_TEST("a long payload is not copied into the draft") {
  const SocketReply reply{"1", "2", "room:lobby", Status::ok, text_of(1'000)};
  Draft draft;
  v2_json().draft(reply, draft);
  expect(draft.text.parts()[1].data() == reply.response.view().data(), "it stays where it is");
}

PHX_TEST("a draft of a frame keeps that frame's bytes") {
  Frame frame{Frame::binary, std::string(1'000, 'x')};
  const char* bytes = frame.bytes.data();
  Draft draft(std::move(frame));
  expect(draft.text.parts()[0].data() == bytes, "they are not copied");
  const Frame finished = draft.finished();
  expect(finished.opcode == Frame::binary && finished.bytes.data() == bytes, "nor when it ends");
}
