#pragma once
/// \file
/// What replicas send each other: some operations, or their whole state.

#include <cstddef>
#include <map>
#include <variant>
#include <vector>

#include "presence/clocks.h"
#include "presence/cloud.h"
#include "presence/value.h"

namespace phx::presence {

/// Some replicas' operations, and the presences that they added and that have not left. An
/// operation without a presence means that its presence has left.
struct Part {
  Cloud cloud;
  std::map<Count, ValuePtr> values;
};
using Parts = std::map<ReplicaRef, Part>;

/// Some operations. Mirrors the Phoenix.Tracker.State of mode `delta`.
struct Delta {
  ReplicaRef replica;   ///< Whose delta it is.
  Clocks context = {};  ///< Besides the clouds, all operations up to these; usually none.
  Parts parts = {};
  /// It has all of its replica's operations after `start` up to `end`; perhaps some of other
  /// replicas'.
  Clocks start = {}, end = {};

  /// Whether it has any operations.
  bool empty() const;
  /// The number of operations and presences.
  std::size_t size() const;
  /// The part that a replica with these clocks can use: replicas unknown to it are left out.
  Delta extract(const Clocks& clocks) const;
  /// A replica is gone for good.
  void forget(const ReplicaRef& replica);
  /// Adds a later or an earlier delta. False, without a change, if operations between the two are
  /// missing.
  bool merge(const Delta& other);
};

/// All that a replica knows about replicas that the asker also knows. Mirrors the state of mode
/// `normal`.
struct Snapshot {
  ReplicaRef replica;
  Clocks context;
  Parts parts;  ///< The clouds hold the operations beyond the context.
  std::map<ReplicaRef, bool> is_up = {};
  Clocks after = {};  ///< A slice does not cover operations up to these.
};

/// The same in slices of `size` presences, so that it need not be merged all at once. Merge them in
/// order.
std::vector<Snapshot> sliced(Snapshot snapshot, std::size_t size);

/// The answer to a replica that asks for what it lacks.
using Transfer = std::variant<Delta, Snapshot>;

}  // namespace phx::presence
