#pragma once
/// \file
/// The chat, whole but for its server: one channel, and the socket that leads to it.

#include "login.h"
#include "phoenix.h"

namespace chat {

/// What is said in a room goes to all who are in it; room:private takes nobody.
class Room final : public phx::Channel {
 public:
  phx::JoinResult join(std::string_view topic, phx::Payload params, phx::Socket& socket) override;
  /// `new_msg {body}` is broadcast as `new_msg {user, body}`: who said it, only the server says.
  phx::Result handle_in(std::string_view event, phx::Payload payload, phx::Socket& socket) override;
};

//! [ChatSocket]
/// Whoever has logged in may come in, under the name that his token holds.
class ChatSocket : public phx::UserSocket {
 public:
  explicit ChatSocket(std::shared_ptr<const Login> login) : login_(std::move(login)) {
    channel<Room>("room:*");
  }
  using phx::UserSocket::channel;  // chat.cc adds one where there are several nodes

  phx::ConnectResult connect(phx::Connect connect, phx::Socket& socket) const override;

 private:
  const std::shared_ptr<const Login> login_;
};
//! [ChatSocket]

}  // namespace chat
