/// Version 3 of the wire: your own.
///
/// messagepack.h beside this file has the contract; README.md says in which order to write the
/// parts, and what Debian's msgpack-cxx does for you.

#include "chapters/07-the-serializer/exercise-messagepack/messagepack.h"

#include "chapters/not_written.h"

namespace phx::exercise {
namespace {

using serializer::Broadcast;
using serializer::Frame;
using serializer::SocketMessage;
using serializer::SocketReply;

class MessagePack final : public serializer::Serializer {
 public:
  /// Throws DecodeError for whatever is no message of this version, and nothing else.
  SocketMessage decode(Frame frame) const override {
    // Yours: decode
    not_written("decode", frame);
  }

  Frame encode(const SocketMessage& message) const override {
    // Yours: encode(SocketMessage)
    not_written("encode(SocketMessage)", message);
  }

  Frame encode(const SocketReply& reply) const override {
    // Yours: encode(SocketReply)
    not_written("encode(SocketReply)", reply);
  }

  Frame fastlane(const Broadcast& broadcast) const override {
    // Yours: fastlane
    not_written("fastlane", broadcast);
  }
};

}  // namespace

const serializer::Serializer& v3_messagepack() {
  static const MessagePack serializer;
  return serializer;
}

}  // namespace phx::exercise
