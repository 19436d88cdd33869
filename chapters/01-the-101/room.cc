/// The chat's rooms: the rules for coming in, and what becomes of a message.

#include "room.h"

namespace chat {
namespace {

constexpr std::size_t longest_body = 8'000;  // bytes; the page lets 2,000 characters be typed

struct Arrived {};

}  // namespace

//! [join]
phx::JoinResult Room::join(std::string_view topic, phx::Payload, phx::Socket& socket) {
  if (topic == "room:private") {
    return phx::Refused{phx::Json::object({{"reason", "unauthorized"}})};
  }
  socket.send_self(Arrived{});
  return phx::Joined{};
}
//! [join]

//! [handle_info]
phx::Result Room::handle_info(phx::Message, phx::Socket& socket) {
  const auto about = node_.empty() ? phx::Json::object() : phx::Json::object({{"node", node_}});
  presence_.track(socket, socket.assign("user").string_or(""), about);
  socket.push("presence_state", presence_.list(socket.topic()));
  return phx::NoReply{};
}
//! [handle_info]

//! [handle_in]
phx::Result Room::handle_in(std::string_view event, phx::Payload payload, phx::Socket& socket) {
  if (event != "new_msg") return unhandled(event);
  const phx::Json body = payload["body"];
  const std::size_t size = body.string_or("").size();
  if (size == 0 || size > longest_body) {
    return phx::Reply::error(phx::Json::object({{"reason", "expected a body of 1 to 8000 bytes"}}));
  }
  socket.broadcast("new_msg", phx::Json::object({{"user", socket.assign("user")}, {"body", body}}));
  return phx::Reply::ok();
}
//! [handle_in]

//! [connect]
phx::ConnectResult ChatSocket::connect(phx::Connect connect, phx::Socket& socket) const {
  const std::string token = connect.info.auth_token.value_or("");
  const Login::Verdict verdict = login_->verify(token, std::chrono::system_clock::now());
  if (const auto* refusal = std::get_if<Login::Refusal>(&verdict)) {
    socket.log().info("a login was refused", {{"reason", refusal->sentence}});
    return phx::Rejected{refusal->sentence};
  }
  socket.assigns["user"] = std::get<Login::Name>(verdict).text;
  return phx::Accepted{};
}
//! [connect]

}  // namespace chat
