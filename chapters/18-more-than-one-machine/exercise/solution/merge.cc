/// Comparing what two nodes know.

#include "chapters/18-more-than-one-machine/exercise/merge.h"

#include <algorithm>
#include <utility>

namespace phx::exercise {

bool knows(const State& state, const Tag& tag) {
  const auto clock = state.clocks.find(tag.node);
  return (clock != state.clocks.end() && tag.count <= clock->second) || state.cloud.contains(tag);
}

/// The cloud is sorted by node and count, so one walk does.
State compact(State state) {
  std::set<Tag> beyond;
  for (const Tag& tag : state.cloud) {
    std::uint64_t& clock = state.clocks[tag.node];
    if (tag.count == clock + 1) clock = tag.count;
    if (tag.count > clock) beyond.insert(tag);
  }
  std::erase_if(state.clocks, [](const auto& one) { return one.second == 0; });
  state.cloud = std::move(beyond);
  return state;
}

Merged merge(const State& ours, const State& theirs) {
  Merged merged{ours, {}, {}};
  State& state = merged.state;
  for (const auto& [tag, presence] : ours.presences) {
    if (!knows(theirs, tag) || theirs.presences.contains(tag)) continue;
    merged.leaves.emplace(tag, presence);
    state.presences.erase(tag);
  }
  for (const auto& [tag, presence] : theirs.presences) {
    if (knows(ours, tag)) continue;
    merged.joins.emplace(tag, presence);
    state.presences.emplace(tag, presence);
    state.cloud.insert(tag);
  }
  for (const auto& [node, clock] : theirs.clocks) {
    state.clocks[node] = std::max(state.clocks[node], clock);
  }
  state.cloud.insert(theirs.cloud.begin(), theirs.cloud.end());
  state = compact(std::move(state));
  return merged;
}

}  // namespace phx::exercise
