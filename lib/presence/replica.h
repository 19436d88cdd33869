#pragma once
/// \file
/// One replica's side of the conversation between trackers: what it says at each tick, and what it
/// makes of what the others say.
///
///     every tick:  heartbeat (what changed, what I know) ──▶ all
///                  transfer_req (what I know) ──▶ one that knows more
///     transfer_req ──▶ transfer_ack (what the asker lacks) ──▶ the asker
///
/// It is given the time and returns what is to be sent: a process drives it (presence/tracker.h),
/// and in tests whoever likes. Mirrors Phoenix.Tracker.Shard.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "presence/generations.h"
#include "presence/shared_state.h"
#include "presence/tracker_message.h"
#include "presence/tracker_options.h"

namespace phx::presence {

/// Neither copies nor moves.
class Replica {
 public:
  /// `list` outlives it.
  Replica(ReplicaRef self, State& list, TrackerOptions options);

  /// What is to be sent, and what clients see, each in its order.
  struct Turn {
    std::vector<Outgoing> send;
    std::vector<Diffs> changes;
    std::optional<etf::Term> shared_name = {};  ///< Two nodes have it, and take turns here.
  };
  /// What this node's processes have changed in the list.
  void record(const std::string& topic, const Diff& diff) { state_.record(topic, diff); }
  /// Once every broadcast_period.
  Turn tick(Clock::time_point now);
  Turn receive(Clock::time_point now, const TrackerMessage& message);
  /// Whether presences of replicas that came or went are still to be listed, or taken off the list.
  /// Then go_on() is to be called until it is so no longer: each time it takes a slice of them.
  bool lags() const { return state_.lags(); }
  Turn go_on();
  /// The last words: what has changed and, if it is so, that this replica will not come back. The
  /// others are no longer listed, all at once.
  Turn leave(bool for_good);

  const ReplicaRef& self() const { return state_.self(); }
  const SharedState& state() const { return state_; }
  /// How many replicas are up, without this one.
  std::size_t replicas_up() const;
  /// Messages of which nothing was made: from a node of our own name, or of one too many.
  std::uint64_t ignored() const { return ignored_; }

 private:
  /// The latest run of another node.
  struct Peer {
    ReplicaRef ref;
    Clock::time_point heard;
    bool is_up = true;
    std::optional<ReplicaRef> before = {};  ///< The run before: it can't come back.
  };

  void beat(Turn& turn);
  void request_transfers(Turn& turn);
  void detect_downs(Clock::time_point now);
  bool heard(const ReplicaRef& from, Clock::time_point now, Turn& turn);
  void catch_up(Turn& turn);
  void permdown(const Peer& peer);
  void keep(const Delta& delta);

  void receive(Clock::time_point now, const Heartbeat& heartbeat, Turn& turn);
  void receive(Clock::time_point now, const TransferRequest& request, Turn& turn);
  void receive(Clock::time_point now, const TransferAck& ack, Turn& turn);
  void receive(Clock::time_point now, const GracefulPermdown& farewell, Turn& turn);

  const TrackerOptions options_;
  SharedState state_;
  Generations generations_;
  std::map<etf::Term, Peer> peers_;  // by name
  std::vector<ReplicaClocks> pending_clocks_;
  std::size_t silent_periods_;
  unsigned periods_to_sample_;
  long long requests_ = 0;
  std::uint64_t ignored_ = 0;
};

}  // namespace phx::presence
