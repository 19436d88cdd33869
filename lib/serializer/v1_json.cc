/// Version 1 of the wire: objects of topic, event, payload and ref; no join_ref goes out.
///
/// Mirrors Phoenix.Socket.V1.JSONSerializer, which does not check payloads: it sends any JSON
/// value, while version 2 requires an object.

#include <optional>

#include "serializer/json_text.h"
#include "serializer/scanner.h"
#include "serializer/serializer.h"

namespace phx::serializer {
namespace {

//! [members]
/// Positions of the known members. Of a duplicate key the first counts, as in Elixir.
struct Members {
  std::optional<Slice> topic, event, payload, ref, join_ref;

  void note(std::string_view key, const Slice& value) {
    std::optional<Slice>* place = key == "topic"      ? &topic
                                  : key == "event"    ? &event
                                  : key == "payload"  ? &payload
                                  : key == "ref"      ? &ref
                                  : key == "join_ref" ? &join_ref
                                                      : nullptr;
    if (place != nullptr && !*place) *place = value;
  }
};
//! [members]

Members members_of(const std::string& text) {
  Scanner scanner(text);
  Members members;
  scanner.expect('{');
  if (!scanner.take('}')) {
    do {
      const Slice key = scanner.value();
      if (text[key.begin] != '"') throw DecodeError("expected a key, got another value");
      scanner.expect(':');
      members.note(unquoted(text, key), scanner.value());
    } while (scanner.take(','));
    scanner.expect('}');
  }
  scanner.end();
  return members;
}

const Slice& needed(const std::optional<Slice>& member, const char* key) {
  if (!member) throw DecodeError("expected the key " + std::string(key) + ", got none");
  return *member;
}

Frame object(std::string_view event, std::string_view payload, OpaqueView ref, OpaqueView topic) {
  FrameText out;
  out += "{\"event\":";
  append_quoted(out, event);
  out += ",\"payload\":";
  out += payload;
  out += ",\"ref\":";
  append(out, ref);
  out += ",\"topic\":";
  append(out, topic);
  out += '}';
  std::string text = out.finished();
  process::hop("encoded frame", text);
  return {Frame::text, std::move(text)};
}

void require_json(const Payload& payload) {
  if (payload.is_binary()) throw EncodeError("expected JSON in a V1 message, got bytes");
}

class V1Json final : public Serializer {
 public:
  /// A binary frame is read as text: Phoenix does not check the opcode either.
  SocketMessage decode(Frame frame) const override {
    process::hop("frame", frame.bytes);
    const Members found = members_of(frame.bytes);
    const std::string_view text = frame.bytes;
    SocketMessage message{found.join_ref ? opaque(text, *found.join_ref) : Opaque(),
                          opaque(text, needed(found.ref, "ref")),
                          opaque(text, needed(found.topic, "topic")),
                          opaque(text, needed(found.event, "event")), Payload()};
    const Slice slice = needed(found.payload, "payload");
    message.payload = payload(std::move(frame.bytes), slice);
    return message;
  }

  Frame encode(const SocketMessage& m) const override {
    require_json(m.payload);
    return object(m.event.text(), m.payload.view(), m.ref, m.topic);
  }

  Frame encode(const SocketReply& r) const override {
    require_json(r.response);
    FrameText response;
    append_reply(response, r);
    return object("phx_reply", response.text(), r.ref, r.topic);
  }

  Frame fastlane(const Broadcast& b) const override {
    require_json(b.payload);
    return object(b.event, b.payload.view(), {}, b.topic);
  }
};

}  // namespace

const Serializer& v1_json() {
  static const V1Json serializer;
  return serializer;
}

}  // namespace phx::serializer
