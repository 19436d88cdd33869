/// A client's bytes count in each mailbox on their way; otherwise a limit in bytes would not hold.

#include "testing/case.h"
#include "transport/longpoll_session.h"

using namespace phx;
using namespace phx::testing;

PHX_TEST("each message that carries a frame, a client's text or a payload counts its bytes") {
  using process::Message;
  constexpr std::size_t size = 100'000;
  const std::string large(size, 'x');
  const serializer::Frame frame{serializer::Frame::text, large};
  const auto counts = [](const Message& message, const char* what) {
    expect(message.bytes() >= size && message.bytes() < size + 1'000, what);
  };
  counts(socket::FromClient{frame}, "a frame from the client");
  counts(transport::Publish{{}, frame}, "a posted message");
  counts(channel::SocketPush{std::make_shared<const serializer::Frame>(frame)},
         "a frame for the client");
  counts(serializer::SocketMessage{{}, {}, "room:a", "event", Payload::binary(large)}, "a payload");
  counts(serializer::SocketMessage{{}, {}, "room:a", large, {}}, "an event's name");
  counts(pubsub::EventPtr(
             std::make_shared<serializer::Broadcast>("room:a", "event", Payload::binary(large))),
         "a broadcast");
}
