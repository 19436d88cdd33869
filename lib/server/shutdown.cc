/// The steps of an orderly end, and the time limit on the last of them.

#include "server/shutdown.h"

#include <algorithm>

#include "telemetry/limits.h"

namespace phx::server {

Shutdown::Shutdown(const Endpoint& endpoint, ShutdownHost& host, Draining& all, net::Loop& loop,
                   Millis farewell)
    : endpoint_(endpoint),
      host_(host),
      all_(all),
      farewell_(farewell),
      farewell_timer_(loop, [this] { farewell_timed_out(); }),
      newcomers_patience_(loop, [this] { drain(); }) {
  all_.add(host_.scheduler());
}

/// A request takes a moment to follow its connection, and another process that takes the port over
/// (SIGUSR2) will not see it. The batches are made afterwards, so that a websocket is in one.
void Shutdown::begin() {
  constexpr Millis patience{250};
  begun_ = true;
  newcomers_patience_.start(std::min(patience, farewell_));
}

void Shutdown::drain() {
  batches_made_ = true;
  newcomers_patience_.stop();
  host_.refuse_newcomers();
  for (auto& drainer : endpoint_.drainers()) {
    drainers_.push_back(host_.scheduler().spawn(std::move(drainer)));
  }
  host_.wake();
}

void Shutdown::go_on() {
  if (!begun_) return;
  if (!batches_made_ && !host_.awaits_newcomers()) drain();
  if (!batches_made_) return;
  if (!drained_ && !drains()) {
    drained_ = true;
    all_.shard_drained();
  }
  if (!farewell_said_ && all_.over()) begin_farewell();
  if (farewell_said_ && host_.open() == 0 && host_.children_ended()) host_.stop_loop();
}

bool Shutdown::drains() const {
  return std::any_of(drainers_.begin(), drainers_.end(),
                     [this](process::Pid drainer) { return host_.scheduler().alive(drainer); });
}

void Shutdown::begin_farewell() {
  farewell_said_ = true;
  for (auto& drainer : endpoint_.admin_drainers()) host_.scheduler().spawn(std::move(drainer));
  host_.end_children();
  host_.wake();
  farewell_timer_.start(farewell_);
}

void Shutdown::farewell_timed_out() {
  host_.scheduler().log().warn("some connections did not close in time",
                               {{"left", std::to_string(host_.open())}});
  endpoint_.telemetry().execute(telemetry::LimitReached{
      telemetry::Limit::farewell, static_cast<std::size_t>(farewell_.count())});
  host_.stop_loop();
}

}  // namespace phx::server
