#pragma once
/// \file
/// A topic of your own: `user:ada` takes Ada, on all her devices, and nobody else. Chapter 13.

#include "phoenix.h"

namespace shaping {

class Personal final : public phx::Channel {
 public:
  //! [personal]
  phx::JoinResult join(std::string_view topic, phx::Payload, phx::Socket& socket) override {
    if (topic == "user:" + socket.assign("user").string_or("")) return phx::Joined{};
    return phx::Refused{phx::Json::object({{"reason", "this is somebody else's"}})};
  }

  phx::Result handle_in(std::string_view event, phx::Payload payload,
                        phx::Socket& socket) override {
    if (event != "invite") return unhandled(event);
    socket.broadcast_to("user:" + payload["whom"].string_or(""), "invited",
                        phx::Json::object({{"by", socket.assign("user")}}));
    return phx::Reply::ok();
  }
  //! [personal]
};

}  // namespace shaping
