#pragma once
/// \file
/// A user socket whose channels accept each join and reply with what is pushed.

#include "socket/user_socket.h"

namespace phx::testing {

class EchoRoom final : public Channel {
 public:
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view, Payload payload, Socket&) override {
    return Reply::ok(std::move(payload));
  }
};

class EchoSocket final : public UserSocket {
 public:
  EchoSocket() { channel<EchoRoom>("*"); }
};

}  // namespace phx::testing
