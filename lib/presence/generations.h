#pragma once
/// \file
/// The latest operations, kept in case that somebody has missed just these: so that a short gap
/// costs a few presences, and not all of them.

#include <cstddef>
#include <vector>

#include "presence/delta.h"

namespace phx::presence {

class SharedState;

/// One delta for each size, the later ones longer, and reaching further back. Mirrors
/// Phoenix.Tracker.DeltaGeneration.
class Generations {
 public:
  /// In operations and presences; the lowest first.
  explicit Generations(std::vector<std::size_t> max_sizes = {100, 1'000, 10'000})
      : max_sizes_(std::move(max_sizes)) {}

  /// A delta that `state` has sent or merged.
  void push(const SharedState& state, const Delta& delta);
  /// A snapshot has come: what these deltas reach back to is known no longer.
  void clear() { deltas_.clear(); }
  /// A replica is gone for good.
  void forget(const ReplicaRef& replica);

  /// What somebody with these clocks lacks: the shortest delta that has all of it, or everything.
  Transfer extract(const SharedState& state, const Clocks& clocks) const;

 private:
  std::vector<std::size_t> max_sizes_;
  std::vector<Delta> deltas_;  // as many as sizes, or none
};

}  // namespace phx::presence
