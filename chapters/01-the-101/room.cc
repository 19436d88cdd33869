/// Who may come into the chat, and what becomes of what they say.

#include "room.h"

namespace chat {

phx::JoinResult Room::join(std::string_view topic, phx::Payload, phx::Socket&) {
  if (topic == "room:private") {
    return phx::Refused{phx::Json::object({{"reason", "unauthorized"}})};
  }
  return phx::Joined{};
}

phx::Result Room::handle_in(std::string_view event, phx::Payload payload, phx::Socket& socket) {
  if (event != "new_msg") return unhandled(event);
  socket.broadcast("new_msg", std::move(payload));
  return phx::Reply::ok();
}

phx::ConnectResult ChatSocket::connect(phx::Connect connect, phx::Socket& socket) const {
  socket.assigns["user_id"] = connect.params["user_id"];
  return phx::Accepted{};
}

}  // namespace chat
