/// A websocket's idle timeout: checked when it may have run out, not reset at each message.

#include "transport/websocket_process.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "process/scheduler.h"

namespace phx::transport {

WebsocketProcess::WebsocketProcess(const UserSocket& user, Socket socket,
                                   std::shared_ptr<Wire> wire, Millis timeout)
    : SocketProcess(user, std::move(socket)),
      timeout_(static_cast<std::uint32_t>(
          std::clamp<Millis::rep>(timeout.count(), 0, std::numeric_limits<std::uint32_t>::max()))),
      wire_(std::move(wire)) {}

void WebsocketProcess::init() {
  SocketProcess::init();
  scheduler().set(idle_, timeout_, self());
}

void WebsocketProcess::handle(process::Message message) {
  process::hop("mail");
  if (message.holds<process::TimerFired>()) return check_idle();
  if (auto* ping = message.get_if<ClientPings>()) return wire_->pong(std::move(ping->payload));
  if (const auto* closes = message.get_if<ClientCloses>()) {
    wire_->answer_close(closes->code);
    return stop();
  }
  SocketProcess::handle(std::move(message));
}

//! [check_idle]
void WebsocketProcess::check_idle() {
  const Millis quiet = wire_->quiet_for();
  if (quiet < timeout_) {
    return scheduler().set(idle_, timeout_ - quiet, self());
  }
  close(socket::CloseCode::normal);
  stop();
}
//! [check_idle]

}  // namespace phx::transport
