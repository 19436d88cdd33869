/// \file
/// Receives channels' last messages.
#include "conformance/load/soak/observer.h"

#include <algorithm>

namespace phx::soak {
namespace {

constexpr std::chrono::seconds kept{1};

}  // namespace

Observer::Observer(World& world, std::size_t node)
    : resident_(world, node, "the observer", "conformance:observer") {
  resident_.topic().on("terminated", [this](const Payload&) { hears(bench::Clock::now()); });
  resident_.come([] {});
}

void Observer::hears(Instant arrived) {
  ++heard_;
  latest_.push_back(arrived);
  while (latest_.front() + kept < arrived) latest_.pop_front();
}

std::uint64_t Observer::heard_since(Instant then) const {
  return static_cast<std::uint64_t>(
      std::count_if(latest_.begin(), latest_.end(), [then](Instant i) { return i >= then; }));
}

}  // namespace phx::soak
