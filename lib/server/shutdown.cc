/// The steps of an orderly end, and the time limit on the last of them.

#include "server/shutdown.h"

#include <algorithm>

#include "telemetry/limits.h"

namespace phx::server {

Shutdown::Shutdown(const Endpoint& endpoint, ShutdownHost& host, net::Loop& loop, Millis farewell)
    : endpoint_(endpoint),
      host_(host),
      farewell_(farewell),
      last_call_(loop, [this] { time_is_over(); }),
      newcomers_patience_(loop, [this] { drain(); }) {}

/// A request takes a moment to follow its connection, and another process that takes the port over
/// (SIGUSR2) will not see it. The batches are made afterwards, so that a websocket is in one.
void Shutdown::begin() {
  constexpr Millis patience{250};
  begun_ = true;
  newcomers_patience_.start(std::min(patience, farewell_));
}

void Shutdown::drain() {
  drains_ = true;
  newcomers_patience_.stop();
  host_.turn_newcomers_away();
  for (auto& drainer : endpoint_.drainers()) {
    drainers_.push_back(host_.scheduler().spawn(std::move(drainer)));
  }
}

void Shutdown::go_on() {
  if (!begun_) return;
  if (!drains_ && !host_.awaits_newcomers()) drain();
  if (!drains_) return;
  if (!farewell_said_ && !draining()) say_farewell();
  if (farewell_said_ && host_.open() == 0 && host_.children_ended()) host_.leave();
}

bool Shutdown::draining() const {
  return std::any_of(drainers_.begin(), drainers_.end(),
                     [this](process::Pid drainer) { return host_.scheduler().alive(drainer); });
}

void Shutdown::say_farewell() {
  farewell_said_ = true;
  host_.end_children();
  last_call_.start(farewell_);
}

void Shutdown::time_is_over() {
  host_.scheduler().log().warn("some connections did not close in time",
                               {{"left", std::to_string(host_.open())}});
  endpoint_.telemetry().execute(telemetry::LimitReached{
      telemetry::Limit::farewell, static_cast<std::size_t>(farewell_.count())});
  host_.leave();
}

}  // namespace phx::server
