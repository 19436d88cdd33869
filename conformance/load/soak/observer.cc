/// \file
/// Receives channels' last messages.
#include "conformance/load/soak/observer.h"

#include <algorithm>

#include "conformance/load/client/frames.h"
#include "conformance/load/soak/ledger.h"

namespace phx::soak {
namespace {

constexpr std::string_view topic = "conformance:observer";
constexpr std::chrono::seconds kept{1};

}  // namespace

Observer::Observer(World& world, std::size_t node) : world_(world) {
  LineListener& self = *this;
  line_ = open_websocket(world_.loop, world_.nodes[node], self);
}

void Observer::opened() { line_->send(bench::frame("1", 1, topic, "phx_join", "{}")); }

void Observer::received(std::string_view text, Instant arrived) {
  const auto message = read_message(text);
  if (!message)
    return world_.findings.add(Wrong::unexpected,
                               "the observer received something that is not a message");
  if (message->event == "phx_reply") listens_ = true;
  if (message->event != "terminated") return;
  ++heard_;
  latest_.push_back(arrived);
  while (latest_.front() + kept < arrived) latest_.pop_front();
}

void Observer::tend(Instant now) {
  if (!listens_ || gone_ || now < next_heartbeat_) return;
  next_heartbeat_ = now + heartbeat_period;
  line_->send(bench::frame("", next_ref_++, "phoenix", "heartbeat", "{}"));
}

void Observer::ended(const std::string& why) {
  if (!why.empty() && !going_) world_.findings.add(Wrong::broken, "the observer: " + why);
  gone_ = true;
}

std::uint64_t Observer::heard_since(Instant then) const {
  return static_cast<std::uint64_t>(
      std::count_if(latest_.begin(), latest_.end(), [then](Instant i) { return i >= then; }));
}

void Observer::go() {
  going_ = true;
  if (!gone_) line_->leave(Goodbye::clean);
}

}  // namespace phx::soak
