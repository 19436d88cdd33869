#pragma once
/// \file
/// Tells what has changed twenty times a second, however often it changes. Chapter 13.

#include "phoenix.h"

namespace shaping {

/// `pointer:*`: where each member points. Of the places between two tellings only the last counts.
class Gathered final : public phx::Channel {
 public:
  phx::JoinResult join(std::string_view, phx::Payload, phx::Socket&) override {
    return phx::Joined{};
  }

  //! [gathered]
  phx::Result handle_in(std::string_view event, phx::Payload place, phx::Socket& socket) override {
    if (event != "moved") return unhandled(event);
    if (!last_) socket.send_self_after(phx::Millis{50}, Tell{});
    last_ = std::move(place);
    return phx::NoReply{};
  }

  phx::Result handle_info(phx::Message message, phx::Socket& socket) override {
    if (message.holds<Tell>()) socket.broadcast_from("moved", *std::exchange(last_, {}));
    return phx::NoReply{};
  }
  //! [gathered]

 private:
  struct Tell {};
  std::optional<phx::Payload>
      last_;  ///< Not sent yet; a Tell is on its way as long as there is one.
};

}  // namespace shaping
