/// \file
/// The client that broadcasts a feed's numbers, and receives them itself.
#include "conformance/load/soak/herald.h"

#include <fmt/format.h>

#include <algorithm>

namespace phx::soak {
namespace {

const std::string filling(100, 'x');

}  // namespace

Herald::Herald(World& world, Feed& feed, std::size_t node)
    : world_(world),
      feed_(feed),
      node_(node),
      resident_(world, node, "the herald of " + feed.topic(), feed.topic()) {
  for (const char* event : {"broadcasted", "intercepted"}) {
    resident_.topic().on(event, [this, event](const Payload& payload) { hears(event, payload); });
  }
  resident_.come([this] { joined(); });
}

void Herald::joined() {
  for (const char* event : {"broadcasted", "intercepted"}) {
    ears_.insert_or_assign(event, Ear(feed_, feed_.reception(node_, event)));
  }
}

void Herald::speak() {
  if (node_ != feed_.home() || !listens() || gone()) return;
  const auto payload =
      Payload::own_text(fmt::format(R"({{"n":{},"data":"{}"}})", feed_.say(), filling));
  resident_.topic().push("intercept", payload);
  ++unanswered_;
  resident_.topic()
      .push("broadcast", payload)
      .once([this, below = feed_.next()](const phx::Answer& a) { answered(below, a); });
  world_.tally.broadcasts += 2;
  world_.tally.sent += 2;
}

void Herald::answered(std::uint64_t below, const phx::Answer& answer) {
  --unanswered_;
  if (answer.status == "timeout") {
    return resident_.complain(Wrong::missing,
                              fmt::format("broadcast {} was never answered", below - 1));
  }
  ++world_.tally.received;
  if (answer.ok() && answer.response.view() == "{}") {
    return feed_.confirmed(below, bench::Clock::now());
  }
  resident_.complain(Wrong::unexpected,
                     fmt::format("broadcast {} was answered {} {}, expected ok {{}}", below - 1,
                                 answer.status, answer.response.view()));
}

void Herald::hears(const std::string& event, const Payload& payload) {
  ++world_.tally.received;
  const auto ear = ears_.find(event);
  const Json number = payload["n"];
  if (ear == ears_.end() || !number.is_integer()) {
    return resident_.complain(Wrong::unexpected, fmt::format("a broadcast before the join, or "
                                                             "without a number: {}",
                                                             payload.view()));
  }
  const auto complaint = ear->second.hears(static_cast<std::uint64_t>(number.integer_or(0)));
  if (complaint) {
    resident_.complain(complaint->kind,
                       fmt::format("{} on {}: {}", event, feed_.topic(), complaint->sentence));
  }
}

void Herald::tend(Instant then) {
  if (!listens()) return;
  for (auto& [event, ear] : ears_) {
    const auto complaint = ear.lacks(feed_.confirmed_by(then));
    if (!complaint) continue;
    resident_.complain(complaint->kind,
                       fmt::format("{} on {}: {}", event, feed_.topic(), complaint->sentence));
    ear = Ear(feed_, feed_.reception(node_, event));
  }
}

bool Herald::done() const {
  return unanswered_ == 0 && std::all_of(ears_.begin(), ears_.end(), [this](const auto& each) {
           return !each.second.lacks(feed_.next());
         });
}

}  // namespace phx::soak
