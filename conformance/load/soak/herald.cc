/// \file
/// The client that broadcasts a feed's numbers, and receives them itself.
#include <fmt/format.h>

#include "conformance/load/client/frames.h"
#include "conformance/load/soak/member.h"

namespace phx::soak {
namespace {

const std::string filling(100, 'x');
const std::string join_ref = "1";

}  // namespace

Herald::Herald(World& world, Feed& feed, std::size_t node)
    : world_(world),
      feed_(feed),
      node_(node),
      ledger_(world.findings, "the herald of " + feed.topic(), node) {
  LineListener& self = *this;
  line_ = open_websocket(world_.loop, world_.nodes[node_], self);
}

void Herald::opened() {
  open_ = true;
  ++world_.tally.connections;
  const std::uint64_t ref = next_ref_++;
  ledger_.asked(feed_.topic(), join_ref, ref, {}, Effect::joins, bench::Clock::now(), &feed_);
  line_->send(bench::frame(join_ref, ref, feed_.topic(), "phx_join", "{}"));
}

void Herald::speak(Instant now) {
  if (node_ != feed_.home() || !open_ || ledger_.state_of(feed_.topic()) != Ledger::State::joined)
    return;
  const std::string payload = fmt::format(R"({{"n":{},"data":"{}"}})", feed_.say(), filling);
  line_->send(bench::frame(join_ref, next_ref_++, feed_.topic(), "intercept", payload));
  const std::uint64_t ref = next_ref_++;
  ledger_.asked(feed_.topic(), join_ref, ref, {}, Effect::heard, now, &feed_);
  line_->send(bench::frame(join_ref, ref, feed_.topic(), "broadcast", payload));
  world_.tally.broadcasts += 2;
  world_.tally.sent += 2;
}

void Herald::received(std::string_view text, Instant arrived) {
  ++world_.tally.received;
  ledger_.received(text, arrived);
}

void Herald::ended(const std::string& why) {
  if (!why.empty()) {
    world_.findings.add(Wrong::broken, "the herald of " + feed_.topic() + ": " + why);
  }
  open_ = false;
  gone_ = true;
}

void Herald::tend(Instant now, Instant then) {
  if (!open_) return;
  ledger_.check_patience(then);
  if (now < next_heartbeat_) return;
  next_heartbeat_ = now + heartbeat_period;
  const std::uint64_t ref = next_ref_++;
  ledger_.asked("phoenix", "", ref, {}, Effect::none, now);
  line_->send(bench::frame("", ref, "phoenix", "heartbeat", "{}"));
}

void Herald::go() {
  open_ = false;
  line_->leave(Goodbye::clean);
}

}  // namespace phx::soak
