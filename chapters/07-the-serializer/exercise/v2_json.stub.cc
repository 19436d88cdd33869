/// Version 2 of the wire: your own.
///
/// Text is `[join_ref, ref, topic, event, payload]`. A binary payload goes in a binary frame:
///
///     client to server   00 | size of join_ref, ref, topic, event | those four | data
///     server to client   00 | size of join_ref, topic, event      | those three | data     push
///                        01 | size of join_ref, ref, topic, status | those four | data     reply
///                        02 | size of topic, event                | those two  | data broadcast
///
/// A size is one byte, so a field has at most 255. README.md beside this file says in which order
/// to write the parts, and what helps: serializer/scanner.h takes JSON apart,
/// serializer/json_text.h turns slices into values and puts values together.

#include <array>

#include "chapters/not_written.h"
#include "serializer/json_text.h"
#include "serializer/scanner.h"
#include "serializer/serializer.h"

namespace phx::serializer {
namespace {

using exercise::not_written;  // goes with the last part that you write

/// A JSON array of at least five values; white space may stand anywhere between them. join_ref,
/// ref, topic and event may be of any type: which are good is for others to say. Elements behind
/// the fifth must be JSON, and count for nothing. What is no such array throws DecodeError (the
/// scanner does). The payload takes the frame over, so cut everything else out of it first.
SocketMessage decode_text(Frame frame) {
  // Yours: decode_text
  not_written("decode_text", frame);
}

/// A push, as the first line of the grammar above has it: five bytes of head, then four fields,
/// which become strings (never null, be they empty), then the data, however long. Throws
/// DecodeError for fewer than five bytes, for a first byte other than 0, and for sizes that reach
/// past the end.
SocketMessage decode_binary(Frame frame) {
  // Yours: decode_binary
  not_written("decode_binary", frame);
}

/// What the server sends. Text has no white space: `["1","2","t","e",{}]`.
class V2Json final : public Serializer {
 public:
  SocketMessage decode(Frame frame) const override {
    if (frame.opcode == Frame::binary) return decode_binary(std::move(frame));
    return decode_text(std::move(frame));
  }

  /// A push. Binary payload: a binary push. JSON: all five elements, a null ref as `null`. A
  /// payload that is JSON and no object throws EncodeError (require_object does).
  Frame encode(const SocketMessage& message) const override {
    // Yours: encode(SocketMessage)
    not_written("encode(SocketMessage)", message);
  }

  /// A reply. Binary response: a binary reply. JSON, of any kind: the event is `phx_reply`, and the
  /// payload `{"response":…,"status":"ok"}` (append_reply writes it).
  Frame encode(const SocketReply& reply) const override {
    // Yours: encode(SocketReply)
    not_written("encode(SocketReply)", reply);
  }

  /// A broadcast, the same bytes for every member. Binary payload: a binary broadcast. JSON:
  /// join_ref and ref are null; what is no object throws EncodeError.
  Frame fastlane(const Broadcast& broadcast) const override {
    // Yours: fastlane
    not_written("fastlane", broadcast);
  }
};

}  // namespace

const Serializer& v2_json() {
  static const V2Json serializer;
  return serializer;
}

}  // namespace phx::serializer
