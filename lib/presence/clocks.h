#pragma once
/// \file
/// How much of each replica's operations a replica knows, and which of several know the most.
///
/// Mirrors Phoenix.Tracker.Clock, whose maps are called contexts, or clocks.

#include <map>
#include <vector>

#include "presence/replica_ref.h"

namespace phx::presence {

/// The last operation known of each replica; all earlier ones are known. A missing replica is
/// unknown.
using Clocks = std::map<ReplicaRef, Count>;

/// A replica, and what it claims to know.
struct ReplicaClocks {
  ReplicaRef replica;
  Clocks clocks;
  bool operator==(const ReplicaClocks&) const = default;
};

/// Whether `a` knows all replicas that `b` knows, and at least as much of each.
bool dominates(const Clocks& a, const Clocks& b);
/// The same for only the replicas in `a`; if it has none, whether `b` has none either.
bool dominates_or_equal(const Clocks& a, const Clocks& b);
/// The higher (lower) clock of each replica in either.
Clocks upper_bound(Clocks a, const Clocks& b);
Clocks lower_bound(Clocks a, const Clocks& b);
/// Those of `clocks` whose replicas are also in `known`.
Clocks shared(const Clocks& clocks, const Clocks& known);

/// Adds a replica's clocks; keeps only those that no other in the set dominates.
void append(std::vector<ReplicaClocks>& set, ReplicaClocks heard);

}  // namespace phx::presence
