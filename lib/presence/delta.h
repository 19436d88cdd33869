#pragma once
/// \file
/// What replicas send each other of their states: some operations, or all that they know.

#include <cstddef>
#include <map>
#include <variant>
#include <vector>

#include "presence/clocks.h"
#include "presence/cloud.h"
#include "presence/value.h"

namespace phx::presence {

/// Of one replica's operations: which these are, and the presences that some of them brought and
/// none has taken away. An operation without a presence says that its presence has left.
struct Part {
  Cloud cloud;
  std::map<Count, ValuePtr> values;
};
using Parts = std::map<ReplicaRef, Part>;

/// Some operations. Mirrors the Phoenix.Tracker.State of mode `delta`.
struct Delta {
  ReplicaRef replica;   ///< Whose delta it is.
  Clocks context = {};  ///< Beside those of the clouds, all operations up to these; mostly none.
  Parts parts = {};
  /// It has all operations after `start` up to `end`; of other replicas, perhaps some.
  Clocks start = {}, end = {};

  /// Whether it has operations at all.
  bool empty() const;
  /// How many operations and presences.
  std::size_t size() const;
  /// What somebody with these clocks can make use of: replicas that he does not know are left out.
  Delta extract(const Clocks& clocks) const;
  /// A replica is gone for good.
  void forget(const ReplicaRef& replica);
  /// Adds a later delta, or an earlier one. False, and nothing has changed, where operations
  /// between the two are missing.
  bool merge(const Delta& other);
};

/// All that a replica knows of those that the asker knows, too. Mirrors the state of mode `normal`.
struct Snapshot {
  ReplicaRef replica;
  Clocks context;
  Parts parts;  ///< The clouds hold what lies beyond the context.
  std::map<ReplicaRef, bool> is_up = {};
  Clocks after = {};  ///< A slice says nothing of operations up to these.
};

/// The same in slices of `size` presences, which say together what it says: so that nobody must
/// take in all of it at once. They are to be merged in their order.
std::vector<Snapshot> sliced(Snapshot snapshot, std::size_t size);

/// What a replica is sent that asked for what it lacks.
using Transfer = std::variant<Delta, Snapshot>;

}  // namespace phx::presence
