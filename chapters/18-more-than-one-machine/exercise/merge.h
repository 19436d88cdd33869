#pragma once
/// \file
/// What two nodes know of who is here becomes one, without a clock on the wall and without asking.
///
///     const auto [state, joins, leaves] = merge(ours, theirs);
///
/// Exercise "merge" of chapter 18: lib/presence/shared_state.h, less the processes and the wire.

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace phx::exercise {

/// One operation of one node. A node counts its own from 1: to track is one, to untrack another.
struct Tag {
  std::string node;
  std::uint64_t count = 0;
  auto operator<=>(const Tag&) const = default;
};

/// A presence that is still there ("ann in the lobby"), by the operation that brought it.
using Presences = std::map<Tag, std::string>;

/// What one node knows. A delta is one, too: it has no clocks, and a few operations in its cloud.
struct State {
  /// All of a node's operations up to its clock are known. Without a clock, it is 0.
  std::map<std::string, std::uint64_t> clocks;
  /// Beyond the clocks, these are known.
  std::set<Tag> cloud;
  Presences presences;
  bool operator==(const State&) const = default;
};

struct Merged {
  State state;
  Presences joins;
  Presences leaves;
};

/// [1] The operations up to the node's clock are known, and those in the cloud. [2] No others are.
bool knows(const State& state, const Tag& tag);

/// [3] The same knowledge in the fewest words. [4] A clock moves up over the operations that follow
/// it in the cloud without a gap. [5] The cloud keeps those beyond a gap. [6] It keeps none that a
/// clock covers. [7] A clock of 0 is not written down. [8] Presences stay as they are.
State compact(State state);

/// What we know afterwards, and what has changed for those who look at our list:
///
/// - [9] A presence of theirs joins where we did not know its operation. [10] One that has left
///   here does not come back. [11] What joins is in the list.
/// - [12] A presence of ours leaves where they know its operation and no longer have it. [13] It
///   stays where they do not know its operation. [14] What leaves is in the list no more.
/// - [15] What both have stays as we have it.
///
/// And what is known:
///
/// - [16] Of two clocks of one node the greater counts. [17] The clouds are united.
/// - [18] The operation of a presence that joins is known from now on, even where they forgot to
///   name it.
/// - [19] The state that is returned is compact, even if nothing has changed.
Merged merge(const State& ours, const State& theirs);

}  // namespace phx::exercise
