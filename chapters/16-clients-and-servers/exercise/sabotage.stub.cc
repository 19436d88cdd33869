/// A serializer that is broken in one place: your own.
///
/// So far it is a good one: it passes all on to the house's. README.md beside this file tells what
/// to do to it.

#include "chapters/16-clients-and-servers/exercise/sabotage.h"

namespace phx::exercise {
namespace {

using serializer::Broadcast;
using serializer::Frame;
using serializer::SocketMessage;
using serializer::SocketReply;

/// All that comes and goes passes here. What you are given you may change before you pass it on,
/// and so what you get back; or you may throw serializer::DecodeError, which ends the connection.
///
/// - [1] An ordinary conversation goes on as if nothing were wrong.
/// - [2] One of the rules that are judged is broken. [3] No other is.
class Sabotaged final : public serializer::Serializer {
 public:
  // Yours: Sabotaged
  SocketMessage decode(Frame frame) const override { return good_.decode(std::move(frame)); }
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

/// [4] The id of that rule, such as `J-01`.
std::string_view rule_that_fails() {
  // Yours: rule_that_fails
  return "none";
}

}  // namespace phx::exercise
