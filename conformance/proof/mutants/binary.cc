/// N and V: servers that lose bytes, and servers that speak version 1 badly.

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"
#include "conformance/suite/wire/json.h"

namespace phx::conformance {
namespace {

using Frames = std::vector<Frame>;

/// Binary frames begin with their kind: 0 a push, 1 a reply, 2 a broadcast.
bool is_kind(const Frame& frame, char kind) {
  return frame.opcode == Opcode::binary && !frame.payload.empty() && frame.payload[0] == kind;
}

Frames one(Frame frame) { return {std::move(frame)}; }

MUTANT("binary-reply-with-a-wrong-size", "a binary reply's sizes do not add up", "N-01") {
  return on_frame_down(Opcode::binary, [](Frame& frame) {
    if (is_kind(frame, 1)) ++frame.payload[1];
  });
}

MUTANT("binary-push-as-broadcast", "a binary push has the broadcast's kind", "N-02") {
  return on_frame_down(Opcode::binary, [](Frame& frame) {
    if (is_kind(frame, 0)) frame.payload[0] = 2;
  });
}

MUTANT("binary-broadcast-as-push", "a binary broadcast has the push's kind", "N-03") {
  return on_frame_down(Opcode::binary, [](Frame& frame) {
    if (is_kind(frame, 2)) frame.payload[0] = 0;
  });
}

MUTANT("last-byte-lost", "a binary payload loses its last byte", "N-04 N-01") {
  return on_frame_down(Opcode::binary, [](Frame& frame) { frame.payload.pop_back(); });
}

MUTANT("binary-begets-binary", "a reply to a binary event is always binary", "N-05") {
  return {.down_frame =
              [](Link& link, Frame frame) {
                if (!link.notes["spoke binary"].empty()) frame.opcode = Opcode::binary;
                return one(std::move(frame));
              },
          .up_frame =
              [](Link& link, Frame frame) {
                if (frame.opcode == Opcode::binary) link.notes["spoke binary"] = "yes";
                return one(std::move(frame));
              }};
}

MUTANT("long-topics-not-binary", "a binary frame with a topic of 255 bytes is dropped", "N-06") {
  return {.up_frame = [](Link&, Frame frame) {
    const bool long_topic = is_kind(frame, 0) && frame.payload.size() > 4 &&
                            static_cast<unsigned char>(frame.payload[3]) == 255;
    return long_topic ? Frames{} : one(std::move(frame));
  }};
}

MUTANT("no-joins-in-binary", "a join in binary is dropped", "N-07") {
  return {.up_frame = [](Link&, Frame frame) {
    const bool join = is_kind(frame, 0) && frame.payload.find("phx_join") != std::string::npos;
    return join ? Frames{} : one(std::move(frame));
  }};
}

MUTANT("empty-join-ref-as-null", "an empty join_ref in binary is read as null", "N-08") {
  return on_way_down(every, [](Message& m) {
    if (m.join_ref == R"("")") m.join_ref = "null";
  });
}

// --- V: version 1 -------------------------------------------------------------------------------

bool is_v1(const Frame& frame) { return frame.payload.starts_with('{'); }

MUTANT("v1-with-a-join-ref", "a V1 frame has V2's join_ref too", "V-01") {
  return on_frame_down(Opcode::text, [](Frame& frame) {
    if (is_v1(frame)) frame.payload.insert(1, R"("join_ref":null,)");
  });
}

MUTANT("v1-heartbeats-unanswered", "a heartbeat in V1 goes unanswered", "V-02") {
  return lost_on_way_down([](const Message& m) { return m.v1 && m.is_heartbeat(); });
}

MUTANT("v1-broadcast-with-a-ref", "a V1 broadcast has a ref", "V-03") {
  return on_way_down(every, [](Message& m) {
    if (m.v1 && m.ref == "null") m.ref = R"("1")";
  });
}

MUTANT("v1-holes-forgiven", "a V1 message that lacks a key is ignored", "V-05") {
  return {.up_frame = [](Link&, Frame frame) {
    const auto json = is_v1(frame) ? parse_json(frame.payload) : std::nullopt;
    bool hole = false;
    for (const char* key : {"topic", "event", "payload", "ref"}) {
      hole |= json && json_object_get(json->get(), key) == nullptr;
    }
    return hole ? Frames{} : one(std::move(frame));
  }};
}

MUTANT("v1-join-ref-not-looked-at", "a V1 message's join_ref is ignored", "V-06") {
  return {.up_frame = [](Link&, Frame frame) {
    if (is_v1(frame)) frame.payload = replaced(frame.payload, R"("join_ref")", R"("ignored")");
    return one(std::move(frame));
  }};
}

MUTANT("v1-has-v2s-guard", "a V1 push or broadcast that is not an object never comes", "V-08") {
  return lost_on_way_down(
      [](const Message& m) { return m.v1 && m.is_push() && !m.payload.starts_with('{'); });
}

MUTANT("long-refs-not-binary", "a binary frame with a ref of more than 127 bytes is dropped",
       "N-10") {
  return {.up_frame = [](Link&, Frame frame) {
    const bool long_ref = is_kind(frame, 0) && frame.payload.size() > 4 &&
                          static_cast<unsigned char>(frame.payload[2]) > 127;
    return long_ref ? Frames{} : one(std::move(frame));
  }};
}

MUTANT("fragmented-binary-is-text", "a binary message in fragments is read as text", "N-11") {
  return {.up_frame = [](Link&, Frame frame) {
    if (frame.opcode == Opcode::binary && !frame.fin) frame.opcode = Opcode::text;
    return one(std::move(frame));
  }};
}

MUTANT("empty-fields-ignored", "a binary message of empty fields is ignored", "N-12") {
  return {.up_frame = [](Link&, Frame frame) {
    const bool empty = frame.payload == std::string(5, '\0');
    return empty ? Frames{} : one(std::move(frame));
  }};
}

MUTANT("v1-binary-frames-ignored", "a binary frame on a V1 connection is ignored", "V-07") {
  return {.up_frame = [](Link& link, Frame frame) {
    const bool v1 = link.target().find("vsn=1.0.0") != std::string::npos;
    const bool ignored = v1 && frame.opcode == Opcode::binary;
    return ignored ? Frames{} : one(std::move(frame));
  }};
}

MUTANT("v1-more-keys-refused", "a V1 message with an extra key is ignored", "V-09 V-05") {
  return {.up_frame = [](Link&, Frame frame) {
    const bool more = frame.payload.find(R"("more")") != std::string::npos;
    return more ? Frames{} : one(std::move(frame));
  }};
}

}  // namespace
}  // namespace phx::conformance
