/// One line for each thing that can happen to a frame.

#include "bench.h"

#include <stdexcept>

namespace glass {

phx::JoinResult Bench::join(std::string_view topic, phx::Payload, phx::Socket&) {
  if (topic == "bench:closed") return phx::Refused{{{"reason", "closed"}}};
  if (topic == "bench:broken") throw std::runtime_error("this bench is broken");
  return phx::Joined{};
}

phx::Result Bench::handle_in(std::string_view event, phx::Payload payload, phx::Socket& socket) {
  if (event == "crash") throw std::runtime_error("a handler threw");
  if (event == "echo" || event == "think") return phx::Reply::ok(std::move(payload));
  if (event == "later") {
    socket.send_self(socket.socket_ref());
    return phx::NoReply{};
  }
  if (event == "say") {
    socket.broadcast("said", std::move(payload));
  } else if (event == "whisper") {
    socket.broadcast("whispered", std::move(payload));
  } else {
    return unhandled(event);
  }
  return phx::Reply::ok();
}

phx::Result Bench::handle_out(std::string_view event, phx::Payload payload, phx::Socket& socket) {
  const std::string body = payload["body"].string_or("");
  socket.push(event, {{"body", body}, {"letters", body.size()}});
  return phx::NoReply{};
}

phx::Result Bench::handle_info(phx::Message message, phx::Socket& socket) {
  if (const auto* ref = message.get_if<phx::SocketRef>()) {
    phx::reply(*socket.context().scheduler, *ref, phx::Reply::ok({{"late", true}}));
  }
  return phx::NoReply{};
}

}  // namespace glass
