/// Nodes that do things and tell one another, played at random: two nodes in the names, few counts.

#include "chapters/18-more-than-one-machine/exercise/merge.h"

#include "chapters/workshop/play.h"

namespace {

using namespace phx::exercise;

std::string text_of(const Presences& presences) {
  std::string text;
  for (const auto& [tag, what] : presences)
    text += " " + tag.node + std::to_string(tag.count) + "=" + what;
  return text.empty() ? " none" : text;
}
std::string text_of(const State& state) {
  std::string text = "clocks";
  for (const auto& [node, clock] : state.clocks) text += " " + node + std::to_string(clock);
  text += "; cloud";
  for (const Tag& tag : state.cloud) text += " " + tag.node + std::to_string(tag.count);
  return text + "; presences" + text_of(state.presences);
}

Tag tag_of(Sequence& steps) { return {steps.of({"x", "y", "z"}), 1 + steps.below(6)}; }

/// All that a state says of one node: its clock, and what of its first four operations is known and
/// still there. The cloud may name what the clock covers, and forget a presence.
void know(Sequence& steps, State& state, const std::string& node, const std::string& by) {
  std::erase_if(state.cloud, [&](const Tag& tag) { return tag.node == node; });
  std::erase_if(state.presences, [&](const auto& one) { return one.first.node == node; });
  state.clocks.erase(node);
  if (const unsigned clock = steps.below(5); clock != 4) state.clocks[node] = clock;
  for (std::uint64_t count = 1; count <= 4; ++count) {
    const unsigned how = steps.below(4);
    if (how == 1 || how == 2) state.cloud.insert({node, count});
    if (how >= 2)
      state.presences.emplace(Tag{node, count}, node + std::to_string(count) + " of " + by);
  }
}

}  // namespace

/// Any two states, not only such as nodes come to: the contract speaks of all.
void phx::exercise::play(Sequence& steps) {
  State states[2];
  while (steps.next()) {
    const unsigned what = steps.below(5);
    const unsigned which = steps.below(2);
    State& state = states[which];
    const std::string name = which == 0 ? "ours" : "theirs";
    const Tag tag = what < 2 ? Tag{steps.of({"x", "y", "z"}), 0} : tag_of(steps);
    const std::string tagged = tag.node + std::to_string(tag.count);
    if (what < 2) {
      know(steps, state, tag.node, name);
      steps.does({}, name + ": " + text_of(state));
    } else if (what == 2) {
      steps.does({1, 2}, "knows(" + name + ", " + tagged + ")");
      steps.comes(knows(state, tag) ? "true" : "false");
    } else if (what == 3) {
      steps.does({3, 4, 5, 6, 7, 8}, "compact(" + name + ")");
      steps.comes(text_of(compact(state)));
    } else {
      steps.does({9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19},
                 which == 0 ? "merge(ours, theirs), and that is ours now"
                            : "merge(theirs, ours), and that is theirs now");
      const Merged merged = merge(states[which], states[1 - which]);
      steps.comes("state: " + text_of(merged.state));
      steps.comes("joins:" + text_of(merged.joins));
      steps.comes("leaves:" + text_of(merged.leaves));
      states[which] = merged.state;
    }
  }
}
