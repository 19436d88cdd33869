#pragma once
/// \file
/// One replica's side of the protocol between trackers: what it sends at each tick, and how it
/// handles the others' messages.
///
///     every tick:  heartbeat (what changed, what I know) ──▶ all
///                  transfer_req (what I know) ──▶ one that knows more
///     transfer_req ──▶ transfer_ack (what the asker lacks) ──▶ the asker
///
/// It is passed the time, and returns the messages to send: a process drives it
/// (presence/tracker.h), or a test. Mirrors Phoenix.Tracker.Shard.

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

/// Neither copied nor moved.
class Replica {
 public:
  /// `list` outlives it.
  Replica(ReplicaRef self, State& list, TrackerOptions options);

  /// The messages to send, and the changes for clients, each in order.
  struct Turn {
    std::vector<Outgoing> send;
    std::vector<Diffs> changes;
    std::optional<etf::Term> shared_name =
        {};  ///< Another node has this node's name, and messages of both arrive.
  };
  /// Changes of the list by this node's processes.
  void record(const std::string& topic, const Diff& diff) { state_.record(topic, diff); }
  /// Call once every broadcast_period.
  Turn tick(Clock::time_point now);
  Turn receive(Clock::time_point now, const TrackerMessage& message);
  /// Whether presences of replicas that came or went are still to be added to the list, or removed.
  /// Then call go_on() until it is false: each call handles a slice.
  bool lags() const { return state_.lags(); }
  Turn go_on();
  /// The last messages: the changes and, if so configured, that this replica will not come back.
  /// The others are removed from the list at once.
  Turn leave(bool for_good);

  const ReplicaRef& self() const { return state_.self(); }
  const SharedState& state() const { return state_; }
  /// The number of replicas that are up, without this one.
  std::size_t replicas_up() const;
  /// Ignored messages: from a node with our own name, or from one above the limit.
  std::uint64_t ignored() const { return ignored_; }

 private:
  /// The latest run of another node.
  struct Peer {
    ReplicaRef ref;
    Clock::time_point heard;
    bool is_up = true;
    std::optional<ReplicaRef> before = {};  ///< The previous run, which can't come back.
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
