/// Ticks, and answers messages.

#include "presence/replica.h"

#include <algorithm>
#include <utility>

#include "base/option_error.h"

namespace phx::presence {
namespace {

/// Presences that a turn adds to the list, or removes: a few milliseconds.
constexpr std::size_t slice_size = 1'000;
/// More clocks than this, none dominating another, are more than a cluster has.
constexpr std::size_t max_pending_clocks = SharedState::max_replicas;

void add(std::vector<Diffs>& changes, Diffs diffs) {
  std::erase_if(diffs, [](const auto& one) { return one.second.empty(); });
  if (!diffs.empty()) changes.push_back(std::move(diffs));
}

}  // namespace

void TrackerOptions::require_sense() const {
  if (broadcast_period <= Millis::zero() || clock_sample_periods == 0) {
    throw OptionError("TrackerOptions::broadcast_period", "expected a broadcast_period above 0");
  }
  if (down_after() < 2 * broadcast_period) {
    throw OptionError("TrackerOptions::down_period",
                      "expected a down_period of at least twice the broadcast_period");
  }
  if (permdown_period <= down_after()) {
    throw OptionError("TrackerOptions::permdown_period",
                      "expected a permdown_period above the down_period");
  }
}

Replica::Replica(ReplicaRef self, State& list, TrackerOptions options)
    : options_(std::move(options)),
      state_(std::move(self), list),
      generations_(options_.max_delta_sizes),
      silent_periods_(options_.max_silent_periods),
      periods_to_sample_(options_.clock_sample_periods) {
  options_.require_sense();
}

// --- Ticks -------------------------------------------------------------------------------------

Replica::Turn Replica::tick(Clock::time_point now) {
  Turn turn;
  beat(turn);
  if (--periods_to_sample_ == 0) {
    request_transfers(turn);
    periods_to_sample_ = options_.clock_sample_periods;
  }
  detect_downs(now);
  catch_up(turn);
  return turn;
}

void Replica::beat(Turn& turn) {
  if (!state_.delta().empty()) {
    const Delta delta = state_.take_delta();
    turn.send.push_back({Heartbeat{self(), delta, {self(), state_.clocks()}}});
    generations_.push(state_, delta);
    silent_periods_ = 0;
  } else if (silent_periods_ >= options_.max_silent_periods) {
    turn.send.push_back({Heartbeat{self(), {}, {self(), state_.clocks()}}});
    silent_periods_ = 0;
  } else {
    ++silent_periods_;
  }
}

void Replica::request_transfers(Turn& turn) {
  append(pending_clocks_, {self(), state_.known()});
  for (auto next = pending_clocks_.rbegin(); next != pending_clocks_.rend(); ++next) {
    if (next->replica == self()) continue;
    turn.send.push_back(
        {TransferRequest{++requests_, self(), {self(), state_.clocks()}}, next->replica.name()});
  }
  pending_clocks_.clear();
}

//! [detect_downs]
void Replica::detect_downs(Clock::time_point now) {
  for (auto next = peers_.begin(); next != peers_.end();) {
    Peer& peer = next->second;
    const auto silence = now - peer.heard;
    if (silence > options_.permdown_period) {
      permdown(peer);
      next = peers_.erase(next);
      continue;
    }
    if (silence > options_.down_after() && std::exchange(peer.is_up, false)) {
      state_.replica_down(peer.ref);
    }
    ++next;
  }
}
//! [detect_downs]

void Replica::permdown(const Peer& peer) {
  state_.forget(peer.ref);
  generations_.forget(peer.ref);
}

void Replica::catch_up(Turn& turn) {
  if (lags()) add(turn.changes, state_.go_on(slice_size));
}

Replica::Turn Replica::go_on() {
  Turn turn;
  catch_up(turn);
  return turn;
}

Replica::Turn Replica::leave(bool for_good) {
  Turn turn;
  if (!state_.delta().empty()) beat(turn);
  if (for_good) turn.send.push_back({GracefulPermdown{self()}});
  for (const auto& [name, peer] : peers_) permdown(peer);
  peers_.clear();
  while (lags()) catch_up(turn);
  return turn;
}

std::size_t Replica::replicas_up() const {
  return static_cast<std::size_t>(std::count_if(peers_.begin(), peers_.end(),
                                                [](const auto& one) { return one.second.is_up; }));
}

// --- Answers -----------------------------------------------------------------------------------

Replica::Turn Replica::receive(Clock::time_point now, const TrackerMessage& message) {
  Turn turn;
  std::visit([&](const auto& one) { receive(now, one, turn); }, message);
  return turn;
}

//! [heard]
/// Only heartbeats show that a replica is alive: a transfer may be late. False: ignore the message.
bool Replica::heard(const ReplicaRef& from, Clock::time_point now, Turn& turn) {
  if (from.name() == self().name()) return false;
  const auto [found, is_new] = peers_.try_emplace(from.name(), Peer{from, now});
  Peer& peer = found->second;
  peer.heard = now;
  if (!is_new && peer.is_up && peer.ref == from) return true;
  if (peer.ref != from) {  // another run of the node: the old one has ended
    permdown(peer);
    if (peer.before == from) turn.shared_name = from.name();  // or it has not
    peer.before = std::exchange(peer.ref, from);
  }
  peer.is_up = true;
  const bool has_room = state_.replica_up(from);
  if (!has_room) peers_.erase(found);
  return has_room;
}
//! [heard]

void Replica::receive(Clock::time_point now, const Heartbeat& heartbeat, Turn& turn) {
  const bool counts = heard(heartbeat.from, now, turn);
  catch_up(turn);
  if (!counts) {
    ++ignored_;
    return;
  }
  if (heartbeat.delta) {
    add(turn.changes, state_.merge(*heartbeat.delta));
    keep(*heartbeat.delta);
  }
  if (pending_clocks_.size() < max_pending_clocks) append(pending_clocks_, heartbeat.clocks);
}

void Replica::receive(Clock::time_point, const TransferRequest& request, Turn& turn) {
  if (request.from.name() == self().name()) {
    ++ignored_;
    return;
  }
  turn.send.push_back(
      {TransferAck{request.ref, self(), generations_.extract(state_, request.clocks.clocks)},
       request.from.name()});
}

void Replica::receive(Clock::time_point, const TransferAck& ack, Turn& turn) {
  if (const auto* delta = std::get_if<Delta>(&ack.transfer)) {
    add(turn.changes, state_.merge(*delta));
    keep(*delta);
  } else {
    add(turn.changes, state_.merge(std::get<Snapshot>(ack.transfer)));
    generations_.clear();
  }
}

/// For replicas that miss it. Other nodes' messages about this replica are not passed on: it knows
/// its own state.
void Replica::keep(const Delta& delta) {
  if (!delta.parts.contains(self()) && !delta.end.contains(self())) {
    return generations_.push(state_, delta);
  }
  Delta others = delta;
  others.forget(self());
  generations_.push(state_, others);
}

void Replica::receive(Clock::time_point, const GracefulPermdown& farewell, Turn& turn) {
  const auto found = peers_.find(farewell.from.name());
  if (found == peers_.end() || found->second.ref != farewell.from) {
    ++ignored_;
    return;
  }
  permdown(found->second);
  peers_.erase(found);
  catch_up(turn);
}

}  // namespace phx::presence
