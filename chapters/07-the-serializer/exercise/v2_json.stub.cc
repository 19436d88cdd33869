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

/// - [1] A JSON array: join_ref, ref, topic, event and payload, in this order. [2] White space may
///   stand anywhere between them. [3] The first four may be of any type, and keep it: the number 2
///   is not the string "2".
/// - [4] Elements after the fifth count for nothing. [5] But they must be JSON.
/// - [6] Fewer than five throw DecodeError (the scanner does). [7] So does anything that
///   is not an array, or that stands after its end.
///
/// The payload takes the frame over, so cut everything else out of it first.
SocketMessage decode_text(Frame frame) {
  // Yours: decode_text
  not_written("decode_text", frame);
}

/// A push, as the first line of the grammar above has it:
///
/// - [8] Five bytes of head, then four fields, each as long as its size says. [9] They become
///   strings, and never null, be they empty. [10] Then the data, however long, as bytes.
/// - [11] Fewer than five bytes throw DecodeError. [12] So does a first byte other than 0. [13] So
///   do sizes that reach past the end.
SocketMessage decode_binary(Frame frame) {
  // Yours: decode_binary
  not_written("decode_binary", frame);
}

/// What the server sends:
///
/// - [14] Text has no white space: `["1","2","t","e",{}]`. [15] In it join_ref, ref, topic and
///   event are escaped as JSON (append does it).
/// - [16] In a binary frame a field of more than 255 bytes throws EncodeError.
class V2Json final : public Serializer {
 public:
  SocketMessage decode(Frame frame) const override {
    if (frame.opcode == Frame::binary) return decode_binary(std::move(frame));
    return decode_text(std::move(frame));
  }

  /// A push: [17] with a binary payload it is a binary push. [18] With JSON it has all five
  /// elements, a null ref as `null`. [19] A payload that is JSON and no object throws EncodeError
  /// (require_object does).
  Frame encode(const SocketMessage& message) const override {
    // Yours: encode(SocketMessage)
    not_written("encode(SocketMessage)", message);
  }

  /// A reply: [20] with a binary response it is a binary reply. [21] With JSON the event is
  /// `phx_reply`, and the payload `{"response":…,"status":"ok"}` (append_reply writes it). [22] The
  /// response may be JSON of any kind.
  Frame encode(const SocketReply& reply) const override {
    // Yours: encode(SocketReply)
    not_written("encode(SocketReply)", reply);
  }

  /// A broadcast, the same bytes for every member: [23] with a binary payload it is a binary
  /// broadcast. [24] With JSON join_ref and ref are null. [25] What is JSON and no object throws
  /// EncodeError.
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
