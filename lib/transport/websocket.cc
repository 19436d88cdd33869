/// A websocket's idle time: looked at when it may have run out, not counted at each message.

#include "transport/websocket.h"

#include "process/scheduler.h"

namespace phx::transport {
namespace {

/// The connection may have been idle for its timeout by now.
struct LookWhetherIdle {};

}  // namespace

Websocket::Websocket(std::shared_ptr<const UserSocket> user, Socket socket,
                     std::shared_ptr<Wire> wire, Millis timeout)
    : Handler(*user, std::move(socket)),
      user_(std::move(user)),
      wire_(std::move(wire)),
      timeout_(timeout) {}

void Websocket::init() {
  Handler::init();
  idle_timer_ = scheduler().send_after(timeout_, self(), LookWhetherIdle{});
}

void Websocket::handle(process::Message message) {
  if (message.holds<LookWhetherIdle>()) return look_whether_idle();
  Handler::handle(std::move(message));
}

//! [look_whether_idle]
void Websocket::look_whether_idle() {
  const Millis quiet = wire_->quiet_for();
  if (quiet < timeout_) {
    idle_timer_ = scheduler().send_after(timeout_ - quiet, self(), LookWhetherIdle{});
    return;
  }
  close(socket::CloseCode::normal);
  stop();
}
//! [look_whether_idle]

void Websocket::terminate(const process::ExitReason& reason) {
  scheduler().cancel(idle_timer_);
  Handler::terminate(reason);
}

}  // namespace phx::transport
