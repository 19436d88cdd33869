#pragma once
/// \file
/// The chat, whole but for its server: one channel, and the socket that leads to it.

#include <string>
#include <utility>

#include "login.h"
#include "phoenix.h"

namespace chat {

/// What is said in a room goes to all who are in it, and each of them sees who that is;
/// room:private takes nobody.
class Room final : public phx::Channel {
 public:
  /// `presence` outlives it. `node` is this program's name among others, if there are any.
  Room(phx::Presence& presence, std::string node) : presence_(presence), node_(std::move(node)) {}

  phx::JoinResult join(std::string_view topic, phx::Payload params, phx::Socket& socket) override;
  /// `new_msg {body}` is broadcast as `new_msg {user, body}`: who said it, only the server says.
  phx::Result handle_in(std::string_view event, phx::Payload payload, phx::Socket& socket) override;
  /// After the join: its member is present, by name, and is pushed `presence_state`.
  phx::Result handle_info(phx::Message message, phx::Socket& socket) override;

 private:
  phx::Presence& presence_;
  const std::string node_;
};

//! [ChatSocket]
/// A client with the token of a login may come in, under the name in it.
class ChatSocket : public phx::UserSocket {
 public:
  explicit ChatSocket(std::shared_ptr<const Login> login, std::string node = "")
      : login_(std::move(login)) {
    channel("room:*", [this, node] { return std::make_unique<Room>(presence_, node); });
  }
  phx::ConnectResult connect(phx::Connect connect, phx::Socket& socket) const override;
  phx::Presence& presence() { return presence_; }

 private:
  const std::shared_ptr<const Login> login_;
  phx::Presence presence_;
};
//! [ChatSocket]

}  // namespace chat
