#pragma once
/// \file
/// Keeps the latest operations for replicas that missed them, so that a short gap costs a few
/// presences, and not all of them.

#include <cstddef>
#include <optional>
#include <vector>

#include "presence/delta.h"

namespace phx::presence {

class SharedState;

/// One delta for each size; the larger ones reach further back. Mirrors
/// Phoenix.Tracker.DeltaGeneration.
class Generations {
 public:
  /// In operations and presences; the lowest first.
  explicit Generations(std::vector<std::size_t> max_sizes = {100, 1'000, 10'000})
      : max_sizes_(std::move(max_sizes)) {}

  /// A delta that `state` has sent or merged.
  void push(const SharedState& state, const Delta& delta);
  /// A snapshot was merged: how far these deltas reach back is no longer known.
  void clear() { deltas_.clear(); }
  /// A replica is gone for good.
  void forget(const ReplicaRef& replica);

  /// What a replica with these clocks lacks: the shortest delta that has all of it. Nothing if none
  /// has, and the whole state must be sent.
  std::optional<Delta> find(const Clocks& clocks) const;

 private:
  std::vector<std::size_t> max_sizes_;
  std::vector<Delta> deltas_;  // as many as sizes, or none
};

}  // namespace phx::presence
