/// Keeps deltas of several lengths, and chooses one.

#include "presence/generations.h"

#include "presence/shared_state.h"

namespace phx::presence {
namespace {

/// Whether a delta adds something for a replica with these clocks, without a gap before it.
bool covers(const Delta& delta, const Clocks& clocks) {
  const Clocks start = shared(delta.start, clocks), end = shared(delta.end, clocks);
  return !dominates_or_equal(start, end) && dominates_or_equal(clocks, start) &&
         !dominates(clocks, end);
}

}  // namespace

void Generations::push(const SharedState& state, const Delta& delta) {
  if (deltas_.empty()) deltas_.assign(max_sizes_.size(), state.delta());
  std::optional<Delta> overflown;  // the previous generation with the delta, if it got too long
  const Delta* shorter = &delta;   // the same, wherever it is now
  for (std::size_t i = 0; i < deltas_.size(); ++i) {
    Delta& generation = deltas_[i];
    if (!generation.merge(delta) || generation.size() <= max_sizes_[i]) {
      shorter = &generation;
      continue;
    }
    // It restarts where the shorter one starts.
    Delta begun = overflown && shorter == &*overflown ? Delta{std::move(*overflown)} : *shorter;
    overflown = std::exchange(generation, std::move(begun));
    shorter = &*overflown;
  }
}

void Generations::forget(const ReplicaRef& replica) {
  for (Delta& delta : deltas_) delta.forget(replica);
}

std::optional<Delta> Generations::find(const Clocks& clocks) const {
  for (const Delta& delta : deltas_) {
    if (covers(delta, clocks)) return delta.extract(clocks);
  }
  return {};
}

}  // namespace phx::presence
