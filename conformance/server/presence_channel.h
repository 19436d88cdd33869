#pragma once
/// \file
/// The channel of `presence:*`: every client that joins is tracked under its user_id.

#include <stdexcept>

#include "phoenix.h"

namespace phx::contract {

class PresenceChannel final : public Channel {
 public:
  explicit PresenceChannel(Presence& presence) : presence_(presence) {}

  JoinResult join(std::string_view, Payload params, Socket& socket) override {
    key_ = socket.assign("user_id").string_or("anonymous");
    socket.send_self(AfterJoin{params["name"]});
    return Joined{};
  }

  //! [handle_info]
  Result handle_info(process::Message message, Socket& socket) override {
    const auto* joined = message.get_if<AfterJoin>();
    if (joined == nullptr) return NoReply{};
    presence_.track(socket, key_, Json::object({{"online_at", "0"}, {"name", joined->name}}));
    socket.push("presence_state", presence_.list(socket.topic()));
    return NoReply{};
  }
  //! [handle_info]

  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "update") {
      if (std::holds_alternative<NoPresence>(presence_.update(socket, key_, payload.json()))) {
        throw std::runtime_error("expected " + key_ +
                                 " to be tracked, got an update without a track");
      }
    } else if (event == "untrack") {
      presence_.untrack(socket, key_);
    } else {
      return unhandled(event);
    }
    return Reply::ok();
  }

 private:
  struct AfterJoin {
    Json name;
  };

  Presence& presence_;
  std::string key_;
};

}  // namespace phx::contract
