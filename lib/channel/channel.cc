/// A channel's default callbacks.

#include "channel/channel.h"

#include <stdexcept>

#include "base/log.h"

namespace phx {

Result Channel::unhandled(std::string_view event) {
  throw std::runtime_error("expected an event that the channel handles, got \"" + one_line(event) +
                           "\"");
}

Result Channel::handle_in(std::string_view event, Payload, Socket&) { return unhandled(event); }

Result Channel::handle_out(std::string_view event, Payload payload, Socket& socket) {
  socket.push(event, std::move(payload));
  return NoReply{};
}

Result Channel::handle_info(process::Message, Socket& socket) {
  socket.log().warn("a channel ignored a message: it has no handle_info",
                    {{"topic", socket.topic()}});
  return NoReply{};
}

void Channel::terminate(const ExitReason&, Socket&) {}

bool Channel::blocking(std::string_view, const Payload&) const { return false; }

}  // namespace phx
