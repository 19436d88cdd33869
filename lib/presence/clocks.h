#pragma once
/// \file
/// How much of each replica's operations somebody knows, and who of several knows the most.
///
/// Mirrors Phoenix.Tracker.Clock, whose maps are called contexts, or clocks.

#include <map>
#include <vector>

#include "presence/replica_ref.h"

namespace phx::presence {

/// All operations up to this one of each replica are known. A replica that is missing is unknown.
using Clocks = std::map<ReplicaRef, Count>;

/// A replica, and what it says it knows.
struct ReplicaClocks {
  ReplicaRef replica;
  Clocks clocks;
  bool operator==(const ReplicaClocks&) const = default;
};

/// Whether `a` knows all replicas that `b` does, and as much of each.
bool dominates(const Clocks& a, const Clocks& b);
/// The same of the replicas in `a` alone; and without any, whether `b` has none either.
bool dominates_or_equal(const Clocks& a, const Clocks& b);
/// The greater (the lower) clock of each replica in either.
Clocks upper_bound(Clocks a, const Clocks& b);
Clocks lower_bound(Clocks a, const Clocks& b);
/// Those of `clocks` whose replicas are in `known`, too.
Clocks shared(const Clocks& clocks, const Clocks& known);

/// Adds what one replica knows; those remain whose knowledge no other in the set covers.
void append(std::vector<ReplicaClocks>& set, ReplicaClocks heard);

}  // namespace phx::presence
