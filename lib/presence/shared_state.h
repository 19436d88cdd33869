#pragma once
/// \file
/// What one replica knows of all replicas' presences, as a value: whatever is merged into it, it
/// keeps this node's list, and gives back what changes in it.
///
/// Each presence carries the operation that brought it. Somebody who knows an operation, but not
/// its presence, knows that it has left: so replicas may hear of each other's operations late,
/// twice, and in any order, and agree in the end. No clock, no wire, no process. Mirrors
/// Phoenix.Tracker.State.

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>

#include "presence/delta.h"
#include "presence/state.h"

namespace phx::presence {

/// Neither copies nor moves.
class SharedState {
 public:
  /// `list` is this node's, of its own presences and those of others that are up. It outlives this.
  SharedState(ReplicaRef self, State& list);
  SharedState(const SharedState&) = delete;
  SharedState& operator=(const SharedState&) = delete;

  /// Other nodes can invent any number of replicas; this many are remembered.
  static constexpr std::size_t max_replicas = 4'096;

  /// What this node's processes have changed in the list.
  void record(const std::string& topic, const Diff& diff);

  // What other replicas say. Of those that have not been announced here nothing is taken.

  /// A replica is heard: what is known of it will be listed. False if there are too many.
  bool replica_up(const ReplicaRef& replica);
  /// A replica has fallen silent: what is known of it is kept, and will not be listed.
  void replica_down(const ReplicaRef& replica);
  /// A replica is gone for good.
  void forget(const ReplicaRef& replica);
  /// Whether the list lags behind which replicas are up: go_on() is to be called again.
  bool lags() const;
  /// Lists, or takes off the list, so many presences of replicas that came or went at most.
  Diffs go_on(std::size_t most);
  Diffs merge(const Delta& delta) { return merge(delta.parts, {}, delta.context); }
  Diffs merge(const Snapshot& snapshot) {
    return merge(snapshot.parts, snapshot.after, snapshot.context);
  }

  // What other replicas are sent.

  const ReplicaRef& self() const { return self_; }
  /// What is known, but of replicas that are down.
  Clocks clocks() const;
  /// What is known, of those that are down, too: nobody need send it again.
  Clocks known() const;
  /// What this node's processes did since the last delta, and which presences of others left here.
  const Delta& delta() const { return delta_; }
  /// Takes the delta off; the next one follows on it.
  Delta take_delta();
  /// All that is of use to somebody with these clocks.
  Snapshot extract(const Clocks& clocks) const;

 private:
  using Values = std::map<Count, ValuePtr>;
  struct Replica {
    std::uint64_t number = 0;  ///< Its own among those that are known.
    Count clock = 0;           ///< All of its operations up to this are known,
    Cloud cloud;               ///< and these.
    bool is_up = true;
    Values values;  ///< Listed if it is up, and else not;
    Values late;    ///< those of which the list says the opposite as yet.
  };
  /// What a replica has left that is gone for good: to be taken off the list, and freed.
  struct Remains {
    ReplicaRef replica;
    std::uint64_t number;
    Values listed, unlisted;
  };

  Count next_operation();
  void came(const std::string& topic, const std::string& key, const Meta& meta);
  void left(const Meta& meta);
  Diffs merge(const Parts& parts, const Clocks& after, const Clocks& context);
  void join(Replica& replica, const Part& part, Diffs& diffs);
  void leave(const ReplicaRef& ref, Replica& replica, const Part& part, Count after, Count clock,
             Diffs& diffs);
  void list(std::uint64_t replica, Count count, const Value& value, Diffs& diffs);
  void unlist(std::uint64_t replica, Count count, const Value& value, Diffs& diffs);
  void catch_up(Replica& replica, std::size_t& most, Diffs& diffs);
  void clear_away(Remains& remains, std::size_t& most, Diffs& diffs);
  void announced(const ReplicaRef& ref);
  std::uint64_t free_number() const;

  const ReplicaRef self_;
  State& list_;
  std::map<ReplicaRef, Replica> replicas_;
  Replica& own_;
  std::deque<Remains> remains_;
  Delta delta_;
  std::unordered_map<std::string, Count> own_counts_;  ///< Of this node's presences, by phx_ref.
};

/// Whether the pid names a presence of another node, not a process of this one.
bool is_foreign(process::Pid pid);

}  // namespace phx::presence
