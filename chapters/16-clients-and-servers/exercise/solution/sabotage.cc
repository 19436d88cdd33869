/// Takes an empty join_ref of a binary frame for none: one solution of exercise "break-the-server".

#include "chapters/16-clients-and-servers/exercise/sabotage.h"

namespace phx::exercise {
namespace {

using serializer::Broadcast;
using serializer::Frame;
using serializer::SocketMessage;
using serializer::SocketReply;

class Sabotaged final : public serializer::Serializer {
 public:
  /// In text null and "" differ. A binary frame has but a size, and it looks so natural that a size
  /// of 0 should mean null.
  SocketMessage decode(Frame frame) const override {
    const bool binary = frame.opcode == Frame::binary;
    SocketMessage message = good_.decode(std::move(frame));
    if (binary && message.join_ref.is("")) message.join_ref = {};
    return message;
  }
  Frame encode(const SocketMessage& message) const override { return good_.encode(message); }
  Frame encode(const SocketReply& reply) const override { return good_.encode(reply); }
  Frame fastlane(const Broadcast& broadcast) const override { return good_.fastlane(broadcast); }

 private:
  const serializer::Serializer& good_ = serializer::v2_json();
};

}  // namespace

const serializer::Serializer& sabotaged() {
  static const Sabotaged serializer;
  return serializer;
}

std::string_view rule_that_fails() { return "N-08"; }

}  // namespace phx::exercise
