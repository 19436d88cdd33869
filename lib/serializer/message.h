#pragma once
/// \file
/// Messages in both directions, replies, broadcasts, and the frames that they become.

#include <memory>
#include <string>

#include "pubsub/pubsub.h"
#include "serializer/opaque.h"
#include "serializer/payload.h"

namespace phx::serializer {

/// A websocket message, or a line of a long-poll body. Mirrors `{:socket_push, opcode, data}`.
struct Frame {
  enum Opcode : unsigned char { text = 1, binary = 2 };
  Opcode opcode = text;
  std::string bytes;

  bool operator==(const Frame&) const = default;
};
using FramePtr = std::shared_ptr<const Frame>;

/// Mirrors Phoenix.Socket.Message.
struct SocketMessage {
  Opaque join_ref;
  Opaque ref;
  Opaque topic;
  Opaque event;
  Payload payload;
};
inline std::size_t heap_bytes(const SocketMessage& message) {
  return message.join_ref.text().size() + message.ref.text().size() + message.topic.text().size() +
         message.event.text().size() + message.payload.stored_bytes();
}
/// As JSON: its five parts under their names; bytes by their number.
std::string hop_text(const SocketMessage& message);

enum class Status : unsigned char { ok, error };
inline std::string_view to_string(Status status) { return status == Status::ok ? "ok" : "error"; }

/// Mirrors Phoenix.Socket.Reply. Encode it at once: it refers to the message that it answers, and
/// copies nothing.
struct SocketReply {
  OpaqueView join_ref;
  OpaqueView ref;
  OpaqueView topic;
  Status status = Status::ok;
  Payload response;
};
std::string hop_text(const SocketReply& reply);

/// Mirrors Phoenix.Socket.Broadcast. Shared between threads, for reading only.
struct Broadcast final : pubsub::Event {
  Broadcast(std::string t, std::string e, Payload p)
      : topic(std::move(t)), event(std::move(e)), payload(std::move(p)) {}
  std::size_t heap_bytes() const override {
    return topic.size() + event.size() + payload.stored_bytes();
  }
  const std::string topic;
  const std::string event;
  const Payload payload;
};
std::string hop_text(const Broadcast& broadcast);

}  // namespace phx::serializer
