/// A channel's way out: each push is encoded here, in the channel's own turn, so a payload that
/// can't be encoded crashes only the channel that pushed it.

#include "channel/socket.h"

#include "channel/fastlane.h"

namespace phx {

using channel::send_frame;

void Context::broadcast(std::string_view topic, std::string_view event, Payload payload) const {
  channel::broadcast(*pubsub, topic, event, std::move(payload));
}

//! [push]
void Socket::push(std::string_view event, Payload payload) const {
  const serializer::SocketMessage message{join_ref_, {}, topic_, event, std::move(payload)};
  process::hop("push", message);
  send_frame(*context_->scheduler, transport_, serializer_->encode(message));
}
//! [push]

void Socket::broadcast(std::string_view event, Payload payload) const {
  broadcast_on(topic(), event, std::move(payload), {});
}

void Socket::broadcast_from(std::string_view event, Payload payload) const {
  broadcast_on(topic(), event, std::move(payload), channel_);
}

void Socket::broadcast_to(std::string_view topic, std::string_view event, Payload payload) const {
  broadcast_on(topic, event, std::move(payload), {});
}

void Socket::broadcast_on(std::string_view topic, std::string_view event, Payload payload,
                          process::Pid from) const {
  process::hop("broadcast", payload);
  channel::broadcast(*context_->pubsub, topic, event, std::move(payload), from, channel_);
}

//! [socket_ref]
SocketRef Socket::socket_ref() const {
  if (ref_.is_null()) {
    throw std::logic_error("expected an event with a ref to answer later, got one without");
  }
  return {transport_, serializer_, join_ref_, ref_, topic_};
}
//! [socket_ref]

void Socket::send_self(process::Message message) const {
  context_->scheduler->send(channel_, std::move(message));
}

void Socket::send_self_after(Millis delay, process::Message message) const {
  process::Scheduler& scheduler = *context_->scheduler;
  // A worker may not touch the timers; a function must be copyable, and a message is not.
  const auto mail = std::make_shared<process::Message>(std::move(message));
  scheduler.post([&scheduler, delay, to = channel_, mail] {
    scheduler.send_after(delay, to, std::move(*mail));
  });
}

//! [reply]
void reply(process::Scheduler& scheduler, const SocketRef& to, Reply reply) {
  const serializer::SocketReply message{to.join_ref, to.ref, to.topic, reply.status,
                                        std::move(reply.response)};
  process::hop("reply", message);
  send_frame(scheduler, to.transport, to.serializer->encode(message));
}
//! [reply]

}  // namespace phx
