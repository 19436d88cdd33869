#pragma once
/// \file
/// One replica's knowledge of all replicas' presences, as a value: merging changes this node's
/// list, and returns the changes.
///
/// Each presence carries the operation that added it. A replica that knows an operation, but not
/// its presence, knows that it has left. So operations may arrive late, twice, and in any order,
/// and replicas still converge. No clock, no wire, no process. Mirrors Phoenix.Tracker.State.

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>

#include "presence/delta.h"
#include "presence/state.h"

namespace phx::presence {

/// Presences that one turn merges, adds to the list or removes: a few milliseconds.
constexpr std::size_t slice_size = 1'000;

/// Neither copied nor moved.
class SharedState {
 public:
  /// `list` is this node's list of its own presences and those of other replicas that are up. It
  /// outlives this.
  SharedState(ReplicaRef self, State& list);
  SharedState(const SharedState&) = delete;
  SharedState& operator=(const SharedState&) = delete;

  /// Other nodes could invent any number of replicas; this is the limit.
  static constexpr std::size_t max_replicas = 4'096;

  /// Changes of the list by this node's processes.
  void record(const std::string& topic, const Diff& diff);

  // Changes of other replicas. Those of unannounced replicas are ignored.

  /// A replica is up: its presences will be listed. False if there are too many. REQUIRES: it is
  /// unknown, or down.
  bool replica_up(const ReplicaRef& replica);
  /// A replica is silent: its presences are kept, and will not be listed. REQUIRES: it is up, and
  /// another one than this.
  void replica_down(const ReplicaRef& replica);
  /// A replica is gone for good. REQUIRES: it is announced, and another one than this.
  void forget(const ReplicaRef& replica);
  /// Whether the list lags behind the replicas' state: call go_on() again.
  bool lags() const;
  /// Adds to the list, or removes, at most this many presences of replicas that came or went.
  Diffs go_on(std::size_t most);
  Diffs merge(const Delta& delta) { return merge(delta.parts, {}, delta.context); }
  Diffs merge(const Snapshot& snapshot) {
    return merge(snapshot.parts, snapshot.after, snapshot.context);
  }

  // Messages to other replicas.

  const ReplicaRef& self() const { return self_; }
  /// The clocks, without replicas that are down.
  Clocks clocks() const;
  /// The clocks, with replicas that are down: what is known need not be sent again.
  Clocks known() const;
  /// This node's operations since the last delta, and other replicas' presences that left here.
  const Delta& delta() const { return delta_; }
  /// Takes the delta; the next one continues it.
  Delta take_delta();
  /// Everything that a replica with these clocks can use.
  Snapshot extract(const Clocks& clocks) const;
  /// The same without the presences; and the number of these.
  Snapshot head(const Clocks& clocks) const;
  std::size_t presences(const Clocks& clocks) const;
  /// The last of this replica's own operations that was sent to others.
  Count told() const { return delta_.start.at(self_); }
  /// All operations of a replica up to this one are known. REQUIRES: it is announced.
  Count clock_of(const ReplicaRef& replica) const;
  /// A page: of these replicas the presences after these operations, up to a number of presences
  /// and of bytes (the last presence may exceed them). Its context is the last operation that it
  /// covers; a replica that is missing there did not fit.
  struct PageSize {
    std::size_t presences = 4'000;
    std::size_t bytes = std::size_t{1} << 20;
  };
  Snapshot page(const Clocks& after, PageSize room) const;

 private:
  using Values = std::map<Count, ValuePtr>;
  struct Replica {
    std::uint64_t number = 0;  ///< This replica's own entry.
    Count clock = 0;           ///< All of its operations up to this are known,
    Cloud cloud;               ///< and these.
    bool is_up = true;
    Values values;  ///< Listed if it is up;
    Values late;    ///< those that the list does not show correctly yet.
  };
  /// The presences of a replica that is gone for good: to be removed from the list, and freed.
  struct RemovedReplica {
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
  void clear_away(RemovedReplica& remains, std::size_t& most, Diffs& diffs);
  void announced(const ReplicaRef& ref);
  static Count fill(Part& part, const Replica& replica, Count after, PageSize& room);
  std::uint64_t free_number() const;

  const ReplicaRef self_;
  State& list_;
  std::map<ReplicaRef, Replica> replicas_;
  Replica& own_;
  std::deque<RemovedReplica> removed_;
  Delta delta_;
  std::unordered_map<std::string, Count> own_counts_;  ///< This node's presences by phx_ref.
};

/// Whether the pid names a presence of another node, not a process of this one.
bool is_foreign(process::Pid pid);

}  // namespace phx::presence
