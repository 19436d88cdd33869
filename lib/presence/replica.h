#pragma once
/// \file
/// One replica's side of the protocol between trackers: what it sends at each tick, and how it
/// handles the others' messages.
///
///     every tick:  heartbeat (what changed, what I know) ──▶ all
///                  transfer_req (what I know) ──▶ one that knows more
///     transfer_req ──▶ transfer_ack (what the asker lacks) ──▶ the asker
///
/// Replicas of this library do not wait for a tick if one comes back, or knows more: they send a
/// heartbeat and a request at once. See Pages.
///
/// It is passed the time, and returns the messages to send: a process drives it
/// (presence/tracker.h), or a test. Mirrors Phoenix.Tracker.Shard.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "presence/events.h"
#include "presence/generations.h"
#include "presence/long_answer.h"
#include "presence/pages.h"
#include "presence/shared_state.h"
#include "presence/tracker_message.h"
#include "presence/tracker_options.h"

namespace phx::presence {

/// Neither copied nor moved.
class Replica {
 public:
  /// `list` outlives it. `page_size`: presences encoded in one turn. A transfer to a node of this
  /// library has as many in a message, or fewer if they are large.
  Replica(ReplicaRef self, State& list, TrackerOptions options, std::size_t page_size = 4'000);

  /// The messages to send, and the changes for clients, each in order.
  struct Turn {
    std::vector<Outgoing> send;
    std::optional<OutgoingPiece> piece = {};
    std::vector<Diffs> changes;
    std::vector<Skip> skipped = {};  ///< What was left out of the message.
    std::optional<etf::Term> shared_name =
        {};  ///< Another node has this node's name, and messages of both arrive.
  };
  /// Changes of the list by this node's processes.
  void record(const std::string& topic, const Diff& diff) { state_.record(topic, diff); }
  /// Call once every broadcast_period.
  Turn tick(Clock::time_point now);
  Turn receive(Clock::time_point now, const TrackerMessage& message);
  /// Other nodes can be reached again.
  Turn reconnected(Clock::time_point now);
  /// Whether presences of replicas that came or went are still to be added to the list, or removed,
  /// or a long answer is unfinished. Then call go_on() until it is false: each call handles a
  /// slice.
  bool lags() const { return state_.lags() || !long_answers_.empty(); }
  Turn go_on();
  /// The last messages: the changes and, if so configured, that this replica will not come back.
  /// The others are removed from the list at once.
  Turn leave(bool for_good);

  const ReplicaRef& self() const { return state_.self(); }
  const SharedState& state() const { return state_; }
  /// The other nodes, as this one knows them.
  struct Node {
    etf::Term name;
    bool is_up;
    Clock::time_point heard;  ///< When its last message came.
    Count clock;              ///< Its operations that are known here.
  };
  std::vector<Node> nodes() const;
  /// The number of replicas that are up, without this one.
  std::size_t replicas_up() const;
  /// Ignored messages: from a node with our own name, from one above the limit, or the farewell of
  /// an unknown one.
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
  void say(Turn& turn);
  void meet(const Heartbeat& heartbeat, bool was_up, Clock::time_point now, Turn& turn);
  void greet(Clock::time_point now, Clock::duration pause, Turn& turn);
  void request_transfers(Clock::time_point now, Turn& turn);
  void ask_for_pages(const ReplicaRef& from, const Clocks& clocks, Clock::time_point now,
                     Turn& turn);
  void ask(const ReplicaRef& from, Clocks after, Turn& turn);
  Clock::time_point patience(Clock::time_point now) const;
  void detect_downs(Clock::time_point now);
  bool heard(const ReplicaRef& from, Clock::time_point now, Turn& turn);
  void catch_up(Turn& turn);
  void permdown(const Peer& peer);
  void keep(const Delta& delta);
  void remember(const ReplicaClocks& heard, Turn& turn);
  void answer_at_length(const TransferRequest& request, Turn& turn);
  void receive_page(Clock::time_point now, const TransferAck& ack, Snapshot page, Turn& turn);

  void receive(Clock::time_point now, const Heartbeat& heartbeat, Turn& turn);
  void receive(Clock::time_point now, const TransferRequest& request, Turn& turn);
  void receive(Clock::time_point now, const TransferAck& ack, Turn& turn);
  void receive(Clock::time_point now, const GracefulPermdown& farewell, Turn& turn);

  const TrackerOptions options_;
  const std::size_t page_size_;
  SharedState state_;
  Generations generations_;
  std::map<etf::Term, Peer> peers_;  // by name
  std::vector<ReplicaClocks> pending_clocks_;
  Pages pages_;
  std::deque<LongAnswer> long_answers_;
  std::optional<Clock::time_point> greeted_;
  bool has_met_own_kind_ = false;  ///< A replica of this library.
  std::size_t silent_periods_;
  unsigned periods_to_sample_;
  long long requests_ = 0;
  std::uint64_t ignored_ = 0;
};

}  // namespace phx::presence
