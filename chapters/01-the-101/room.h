#pragma once
/// \file
/// The chat, whole but for its server: one channel, and the socket that leads to it.

#include "phoenix.h"

namespace chat {

/// What is said in a room goes to all who are in it; room:private takes nobody.
class Room final : public phx::Channel {
 public:
  phx::JoinResult join(std::string_view topic, phx::Payload params, phx::Socket& socket) override;
  phx::Result handle_in(std::string_view event, phx::Payload payload, phx::Socket& socket) override;
};

/// Anybody may come in, under the name of his choice.
class ChatSocket final : public phx::UserSocket {
 public:
  ChatSocket() { channel<Room>("room:*"); }

  phx::ConnectResult connect(phx::Connect connect, phx::Socket& socket) const override;
};

}  // namespace chat
