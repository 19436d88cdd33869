/// What realtime-js sends in place of phoenix.js's `["1","2",T,"broadcast",{"event":E,…}]`:
///
///     client to server   03 | size of join_ref, ref, topic, event, meta | encoding | those | data
///     server to client   04 | size of topic, event, meta                | encoding | those | data
///
/// A size is one byte. `data` is bytes (encoding 0) or JSON (any other). JSON becomes the payload
/// that version 1 sends, so that clients of both versions share a topic.
///
/// The bytes of a broadcast are, within the server, the kind of the frame that brought them and
/// what goes out again: of the third kind the last two sizes, the encoding, event, meta and data;
/// of V2's own binary push the data alone.

#include "conformance/server/realtime/realtime_serializer.h"

#include <array>

#include "serializer/scanner.h"

namespace phx::contract {
namespace {

using namespace serializer;

enum Kind : char { push = 0, user_push = 3, user_broadcast = 4 };
constexpr char bytes_encoding = 0;

/// \throws DecodeError if `data` is not valid JSON.
Payload json_payload(std::string_view event, const std::string& data) {
  Scanner scanner(data);
  scanner.value();
  scanner.end();
  if (!is_utf8(event)) throw NotUtf8();
  std::string text = "{\"event\":";
  append_quoted(text, event);
  return Payload::own_text(text + ",\"payload\":" + compact(data) + ",\"type\":\"broadcast\"}");
}

SocketMessage decode_user_push(std::string_view bytes) {
  constexpr std::size_t fields = 5, head = 1 + fields + 1;
  if (bytes.size() < head) throw DecodeError("expected seven bytes of head, got fewer");
  std::array<std::string, fields> field;
  std::size_t at = head;
  for (std::size_t i = 0; i < fields; ++i) {
    const auto size = static_cast<unsigned char>(bytes[i + 1]);
    if (bytes.size() - at < size) throw DecodeError("expected sizes within the frame, got larger");
    field[i] = bytes.substr(at, size);
    at += size;
  }
  const auto& [join_ref, ref, topic, event, meta] = field;
  const std::string_view data = bytes.substr(at);
  const std::string_view sizes_and_encoding = bytes.substr(head - 3, 3);
  SocketMessage message{join_ref, ref, topic, "broadcast", {}};
  message.payload =
      sizes_and_encoding.back() == bytes_encoding
          ? Payload::binary(std::string(1, user_push) + std::string(sizes_and_encoding) + event +
                            meta + std::string(data))
          : json_payload(event, std::string(data));
  return message;
}

/// A message of V2's own.
SocketMessage decode_other(Frame frame) {
  SocketMessage message = v2_json().decode(std::move(frame));
  if (message.payload.is_binary() && message.event.is("broadcast")) {
    message.payload = Payload::binary(std::string(1, push).append(message.payload.view()));
  }
  return message;
}

Frame encode_user_broadcast(const std::string& topic, std::string_view sizes_to_data) {
  constexpr std::size_t largest = 255;
  if (topic.size() > largest) throw EncodeError("expected a topic of 255 bytes at most");
  std::string bytes{user_broadcast, static_cast<char>(topic.size())};
  bytes += sizes_to_data.substr(0, 3);
  bytes += topic;
  bytes += sizes_to_data.substr(3);
  return {Frame::binary, std::move(bytes)};
}

class RealtimeV2 final : public Serializer {
 public:
  SocketMessage decode(Frame frame) const override {
    const bool theirs = frame.opcode == Frame::binary && frame.bytes.starts_with(user_push);
    return theirs ? decode_user_push(frame.bytes) : decode_other(std::move(frame));
  }

  Frame encode(const SocketMessage& message) const override { return v2_json().encode(message); }
  Frame encode(const SocketReply& reply) const override { return v2_json().encode(reply); }

  Frame fastlane(const Broadcast& broadcast) const override {
    if (broadcast.event != broadcast_of_bytes) return v2_json().fastlane(broadcast);
    const std::string_view kept = broadcast.payload.view();
    const std::string_view rest = kept.substr(1);
    if (kept.front() == user_push) return encode_user_broadcast(broadcast.topic, rest);
    return v2_json().fastlane(
        Broadcast(broadcast.topic, "broadcast", Payload::binary(std::string(rest))));
  }
};

}  // namespace

const Serializer& realtime_v2() {
  static const RealtimeV2 serializer;
  return serializer;
}

}  // namespace phx::contract
