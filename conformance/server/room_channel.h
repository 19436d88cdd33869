#pragma once
/// \file
/// The channel of `room:*`: a chat room, for rules that need no more.

#include "phoenix.h"

namespace phx::contract {

class RoomChannel final : public Channel {
 public:
  JoinResult join(std::string_view topic, Payload, Socket&) override {
    if (topic == "room:private") return Refused{Json::object({{"reason", "unauthorized"}})};
    return Joined{};
  }

  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "ping") return Reply::ok(std::move(payload));
    if (event != "new_msg") return unhandled(event);
    socket.broadcast("new_msg", std::move(payload));
    return NoReply{};
  }
};

}  // namespace phx::contract
