/// Version 2 of the wire: `[join_ref, ref, topic, event, payload]`, and binary frames.
///
///     client to server   00 | size of join_ref, ref, topic, event | those four | data
///     server to client   00 | size of join_ref, topic, event      | those three | data     push
///                        01 | size of join_ref, ref, topic, status | those four | data     reply
///                        02 | size of topic, event                | those two  | data broadcast
///
/// A size is one byte. Mirrors Phoenix.Socket.V2.JSONSerializer.

#include <array>

#include "serializer/json_text.h"
#include "serializer/scanner.h"
#include "serializer/serializer.h"

namespace phx::serializer {
namespace {

enum Kind : char { push = 0, reply = 1, broadcast = 2 };

//! [decode_text]
SocketMessage decode_text(Frame&& frame) {
  Scanner scanner(frame.bytes);
  const auto part_behind = [&scanner](char mark) {
    scanner.expect(mark);
    return scanner.value();
  };
  const std::array<Slice, 5> parts{part_behind('['), part_behind(','), part_behind(','),
                                   part_behind(','), part_behind(',')};
  while (scanner.take(',')) scanner.value();  // Phoenix ignores elements after the fifth
  scanner.expect(']');
  scanner.end();
  // The payload comes last: it takes over the frame.
  return {opaque(frame.bytes, parts[0]), opaque(frame.bytes, parts[1]),
          opaque(frame.bytes, parts[2]), opaque(frame.bytes, parts[3]),
          payload(std::move(frame.bytes), parts[4])};
}
//! [decode_text]

SocketMessage decode_binary(Frame&& frame) {
  const std::string& bytes = frame.bytes;
  constexpr std::size_t head = 5;
  if (bytes.size() < head) throw DecodeError("expected five bytes of head, got fewer");
  if (bytes[0] != push) throw DecodeError("expected a binary push (kind 0), got another kind");
  std::array<std::string, 4> fields;
  std::size_t at = head;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto size = static_cast<unsigned char>(bytes[i + 1]);
    if (bytes.size() - at < size) throw DecodeError("expected sizes within the frame, got larger");
    fields[i] = bytes.substr(at, size);
    at += size;
  }
  return {fields[0], fields[1], fields[2], fields[3],
          Payload::binary_slice_of(std::move(frame.bytes), at)};
}

/// The kind, the sizes, the fields and the data, as in the grammar above.
template <std::size_t N>
Frame binary_frame(Kind kind, const std::array<std::string_view, N>& fields,
                   std::string_view data) {
  constexpr std::size_t largest = 255;
  std::string bytes(1, kind);
  std::size_t whole = 1 + N + data.size();
  for (const std::string_view field : fields) {
    if (field.size() > largest) {
      throw EncodeError("expected at most 255 bytes in a field of a binary message, got " +
                        std::to_string(field.size()));
    }
    bytes += static_cast<char>(field.size());
    whole += field.size();
  }
  bytes.reserve(whole);
  for (const std::string_view field : fields) bytes += field;
  bytes += data;
  process::hop("encoded frame", bytes);
  return {Frame::binary, std::move(bytes)};
}

class V2Json final : public Serializer {
 public:
  SocketMessage decode(Frame frame) const override {
    process::hop("frame", frame.bytes);
    if (frame.opcode == Frame::binary) return decode_binary(std::move(frame));
    return decode_text(std::move(frame));
  }

  Frame encode(const SocketMessage& m) const override {
    if (m.payload.is_binary()) {
      return binary_frame<3>(push, {m.join_ref.text(), m.topic.text(), m.event.text()},
                             m.payload.view());
    }
    require_object(m.payload);
    return array(m.join_ref, m.ref, m.topic, m.event, m.payload.view());
  }

  Frame encode(const SocketReply& r) const override {
    if (r.response.is_binary()) {
      return binary_frame<4>(reply,
                             {r.join_ref.text(), r.ref.text(), r.topic.text(), to_string(r.status)},
                             r.response.view());
    }
    FrameText out;
    put(out, r);
    Frame frame{Frame::text, out.finished()};
    process::hop("encoded frame", frame.bytes);
    return frame;
  }

  void draft(const SocketReply& r, Draft& to) const override {
    if (r.response.is_binary()) return Serializer::draft(r, to);
    put(to.text, r);
  }

  Frame fastlane(const Broadcast& b) const override {
    if (b.payload.is_binary()) {
      return binary_frame<2>(broadcast, {b.topic, b.event}, b.payload.view());
    }
    require_object(b.payload);
    return array({}, {}, b.topic, b.event, b.payload.view());
  }

 private:
  /// As most begin: with two refs that need no escapes.
  static void open(FrameText& out, OpaqueView join_ref, OpaqueView ref, OpaqueView topic) {
    if (join_ref.is_plain() && ref.is_plain()) {
      out.add("[\"", join_ref.text(), "\",\"", ref.text(), "\",");
    } else {
      out += '[';
      append(out, join_ref);
      out += ',';
      append(out, ref);
      out += ',';
    }
    append(out, topic);
  }

  static void put(FrameText& out, const SocketReply& r) {
    open(out, r.join_ref, r.ref, r.topic);
    out += ",\"phx_reply\",";
    append_reply(out, r);
    out += ']';
  }

  static Frame array(OpaqueView join_ref, OpaqueView ref, OpaqueView topic, OpaqueView event,
                     std::string_view payload) {
    FrameText out;
    open(out, join_ref, ref, topic);
    out += ',';
    append(out, event);
    out += ',';
    out += payload;
    out += ']';
    Frame frame{Frame::text, out.finished()};
    process::hop("encoded frame", frame.bytes);
    return frame;
  }
};

}  // namespace

const Serializer& v2_json() {
  static const V2Json serializer;
  return serializer;
}

}  // namespace phx::serializer
