/// Frames of both versions, text and binary: a frame that is taken survives a round trip.
///
/// The first byte chooses the version and the opcode; the rest is the frame.

#include "serializer/scanner.h"
#include "serializer/serializer.h"
#include "testing/fuzz.h"

using namespace phx;
using namespace phx::serializer;
using phx::testing::must;

namespace {

void must_be_json(const Frame& frame) {
  Scanner scanner(frame.bytes);
  must(scanner.value().tidy, "outgoing frames have no white space");
  scanner.end();
}

/// A V2 text push has the same form in both directions.
void check_round(const Serializer& v2, const SocketMessage& message, const Frame& frame) {
  const SocketMessage again = v2.decode(frame);
  must(again.join_ref == message.join_ref && again.ref == message.ref, "the refs come back");
  must(again.topic == message.topic && again.event == message.event, "topic and event come back");
  must(again.payload.view() == message.payload.view(), "the payload comes back");
}

void answer(const Serializer& serializer, const SocketMessage& message) {
  const Frame reply = serializer.encode(
      SocketReply{message.join_ref, message.ref, message.topic, Status::ok, message.payload});
  if (reply.opcode == Frame::text) must_be_json(reply);
  const Frame frame = serializer.encode(message);
  if (frame.opcode != Frame::text) return;
  must_be_json(frame);
  if (&serializer == &v2_json()) check_round(serializer, message, frame);
}

}  // namespace

FUZZ(input) {
  const unsigned choice = phx::testing::first_byte(input);
  const Serializer& serializer = (choice & 1) != 0 ? v1_json() : v2_json();
  const auto opcode = (choice & 2) != 0 ? Frame::binary : Frame::text;
  try {
    const SocketMessage message = serializer.decode({opcode, std::string(input)});
    answer(serializer, message);
    if (!message.topic.is_string() || !message.event.is_string()) return;
    serializer.fastlane(
        {std::string(message.topic.text()), std::string(message.event.text()), message.payload});
  } catch (const DecodeError&) {
  } catch (const EncodeError&) {
  }
}
