/// Each joiner is present under the name that the login gave, with this node's.

#include "nodes.h"

namespace chat {
namespace {

struct Arrived {};

}  // namespace

phx::JoinResult Nodes::join(std::string_view, phx::Payload, phx::Socket& socket) {
  socket.send_self(Arrived{});
  return phx::Joined{};
}

phx::Result Nodes::handle_info(phx::Message message, phx::Socket& socket) {
  if (message.get_if<Arrived>() == nullptr) return phx::NoReply{};
  presence_.track(socket, socket.assign("user").string_or(""),
                  phx::Json::object({{"node", node_}}));
  socket.push("presence_state", presence_.list(socket.topic()));
  return phx::NoReply{};
}

}  // namespace chat
