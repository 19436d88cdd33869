/// Ticks, and answers messages.

#include "presence/replica.h"

#include <algorithm>
#include <utility>

#include "base/option_error.h"

namespace phx::presence {
namespace {

/// Entries of all pending clocks together. The next heartbeats repeat what is beyond.
constexpr std::size_t max_pending_clocks = 65'536;
/// More requests than this are dropped; their senders ask again.
constexpr std::size_t max_long_answers = 64;
/// If all nodes come back at once, the least time between two greetings of one node is this times
/// the number of nodes: of a thousand nodes, Redis delivers half a million greetings a second.
constexpr Clock::duration greeting_each = Millis{2};
/// How long to wait for a page.
constexpr Millis page_patience{3'000};

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

Replica::Replica(ReplicaRef self, State& list, TrackerOptions options, std::size_t page_size)
    : options_(std::move(options)),
      page_size_(page_size),
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
    request_transfers(now, turn);
    periods_to_sample_ = options_.clock_sample_periods;
  }
  detect_downs(now);
  catch_up(turn);
  return turn;
}

void Replica::beat(Turn& turn) {
  if (!state_.delta().empty() || silent_periods_ >= options_.max_silent_periods) {
    say(turn);
  } else {
    ++silent_periods_;
  }
}

void Replica::say(Turn& turn) {
  silent_periods_ = 0;
  std::optional<Delta> delta;
  if (!state_.delta().empty()) delta = state_.take_delta();
  turn.send.push_back({Heartbeat{self(), delta, {self(), state_.clocks()}}});
  if (delta) generations_.push(state_, *delta);
}

void Replica::request_transfers(Clock::time_point now, Turn& turn) {
  pages_.expire(now);
  append(pending_clocks_, {self(), pages_.expected(state_.known())});
  for (auto next = pending_clocks_.rbegin(); next != pending_clocks_.rend(); ++next) {
    if (next->replica == self()) continue;
    if (understands_pages(next->replica)) {
      ask_for_pages(next->replica, next->clocks, now, turn);
    } else {
      turn.send.push_back(
          {TransferRequest{++requests_, self(), {self(), state_.clocks()}}, next->replica.name()});
    }
  }
  pending_clocks_.clear();
}

// --- Among replicas of this library -------------------------------------------------------------

Replica::Turn Replica::reconnected(Clock::time_point now) {
  Turn turn;
  pages_ = {};  // the answers are lost
  if (!has_met_own_kind_) return turn;
  greeted_ = now;
  say(turn);
  return turn;
}

//! [meet]
/// A replica that comes back gets a heartbeat at once, and so does one that has missed something of
/// this replica. Mostly the missing delta is just on its way: hence at most once a period.
void Replica::meet(const Heartbeat& heartbeat, bool was_up, Clock::time_point now, Turn& turn) {
  has_met_own_kind_ = true;
  const auto known = heartbeat.clocks.clocks.find(self());
  const bool misses = known == heartbeat.clocks.clocks.end() || known->second < state_.told();
  const Clock::duration period = options_.broadcast_period;
  if (!was_up) {
    greet(now, std::min(period, greeting_each * static_cast<Millis::rep>(peers_.size())), turn);
  } else if (misses) {
    greet(now, period, turn);
  }
  // It is asked for its own presences, and other replicas are not.
  const Clocks own{{heartbeat.from, 0}};
  ask_for_pages(heartbeat.from, shared(heartbeat.clocks.clocks, own), now, turn);
}
//! [meet]

void Replica::greet(Clock::time_point now, Clock::duration pause, Turn& turn) {
  if (greeted_ && now - *greeted_ < pause) {
    silent_periods_ = options_.max_silent_periods;  // then at the next tick
  } else {
    greeted_ = now;
    say(turn);
  }
}

/// Requests of `from` what is unknown here, and not requested of another replica yet.
void Replica::ask_for_pages(const ReplicaRef& from, const Clocks& clocks, Clock::time_point now,
                            Turn& turn) {
  Clocks up_to, after;
  for (const auto& [ref, clock] : shared(clocks, state_.clocks())) {
    if (ref == self() || clock <= std::max(state_.clock_of(ref), pages_.up_to(ref))) continue;
    up_to.emplace(ref, clock);
    after.emplace(ref, 0);
  }
  if (up_to.empty()) return;
  pages_.ask(from, up_to, patience(now));
  ask(from, std::move(after), turn);
}

void Replica::ask(const ReplicaRef& from, Clocks after, Turn& turn) {
  if (after.empty()) return;
  TransferRequest request{++requests_, self(), {self(), shared(state_.clocks(), after)}};
  request.after = std::move(after);
  turn.send.push_back({std::move(request), from.name()});
}

Clock::time_point Replica::patience(Clock::time_point now) const {
  return now + std::max<Clock::duration>(2 * options_.broadcast_period, page_patience);
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
      pages_.forget(peer.ref);
    }
    ++next;
  }
}
//! [detect_downs]

void Replica::permdown(const Peer& peer) {
  state_.forget(peer.ref);
  generations_.forget(peer.ref);
  pages_.forget(peer.ref);
  std::erase_if(long_answers_, [&](const LongAnswer& one) { return one.needs(peer.ref); });
}

void Replica::catch_up(Turn& turn) {
  if (state_.lags()) add(turn.changes, state_.go_on(slice_size));
}

Replica::Turn Replica::go_on() {
  Turn turn;
  catch_up(turn);
  if (long_answers_.empty()) return turn;
  LongAnswer& answer = long_answers_.front();
  turn.piece = {answer.next(state_), answer.to()};
  if (turn.piece->piece.is_last) long_answers_.pop_front();
  return turn;
}

Replica::Turn Replica::leave(bool for_good) {
  Turn turn;
  if (!state_.delta().empty()) beat(turn);
  if (for_good) turn.send.push_back({GracefulPermdown{self()}});
  for (const auto& [name, peer] : peers_) permdown(peer);
  peers_.clear();
  long_answers_.clear();
  while (lags()) catch_up(turn);
  return turn;
}

std::vector<Replica::Node> Replica::nodes() const {
  std::vector<Node> nodes;
  for (const auto& [name, peer] : peers_) {
    nodes.push_back({name, peer.is_up, peer.heard, state_.clock_of(peer.ref)});
  }
  return nodes;
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
  const auto peer = peers_.find(heartbeat.from.name());
  const bool was_up =
      peer != peers_.end() && peer->second.is_up && peer->second.ref == heartbeat.from;
  const bool counts = heard(heartbeat.from, now, turn);
  catch_up(turn);
  if (!counts) {
    ++ignored_;
    const bool own = heartbeat.from.name() == self().name();
    turn.skipped.push_back(own ? Skip::own_name : Skip::replicas);
    return;
  }
  if (heartbeat.delta) {
    add(turn.changes, state_.merge(*heartbeat.delta));
    keep(*heartbeat.delta);
  }
  remember(heartbeat.clocks, turn);
  if (understands_pages(heartbeat.from)) meet(heartbeat, was_up, now, turn);
}

void Replica::remember(const ReplicaClocks& heard, Turn& turn) {
  std::size_t count = heard.clocks.size();
  for (const ReplicaClocks& one : pending_clocks_) count += one.clocks.size();
  if (count > max_pending_clocks) return turn.skipped.push_back(Skip::clocks);
  append(pending_clocks_, heard);
}

void Replica::receive(Clock::time_point, const TransferRequest& request, Turn& turn) {
  if (request.from.name() == self().name()) {
    ++ignored_;
    turn.skipped.push_back(Skip::own_name);
    return;
  }
  auto delta = generations_.find(request.clocks.clocks);
  const bool begins =
      !request.after || std::all_of(request.after->begin(), request.after->end(),
                                    [](const auto& one) { return one.second == 0; });
  TransferAck ack{request.ref, self(), {}, request.after};
  if (delta && begins) {
    ack.transfer = *std::move(delta);
  } else if (request.after) {
    ack.transfer = state_.page(*request.after, {page_size_});
  } else if (state_.presences(request.clocks.clocks) > page_size_) {
    return answer_at_length(request, turn);
  } else {
    ack.transfer = state_.extract(request.clocks.clocks);
  }
  turn.send.push_back({std::move(ack), request.from.name()});
}

/// One at a time for each node; a node that still needs more asks again.
void Replica::answer_at_length(const TransferRequest& request, Turn& turn) {
  const auto begun =
      std::find_if(long_answers_.begin(), long_answers_.end(),
                   [&](const LongAnswer& one) { return one.to() == request.from.name(); });
  if (begun != long_answers_.end()) return;
  if (long_answers_.size() >= max_long_answers) return turn.skipped.push_back(Skip::requests);
  long_answers_.emplace_back(request, state_, page_size_);
}

void Replica::receive(Clock::time_point now, const TransferAck& ack, Turn& turn) {
  if (const auto* delta = std::get_if<Delta>(&ack.transfer)) {
    add(turn.changes, state_.merge(*delta));
    keep(*delta);
    if (ack.after) pages_.forget(ack.from);
  } else if (ack.after) {
    receive_page(now, ack, std::get<Snapshot>(ack.transfer), turn);
  } else {
    add(turn.changes, state_.merge(std::get<Snapshot>(ack.transfer)));
    generations_.clear();
  }
}

void Replica::receive_page(Clock::time_point now, const TransferAck& ack, Snapshot page,
                           Turn& turn) {
  pages_.take(ack.from, page, patience(now));
  add(turn.changes, state_.merge(page));
  for (const auto& [ref, clock] : page.context) generations_.forget(ref);
  if (!ack.has_more) ask(ack.from, shared(pages_.next(ack.from), *ack.after), turn);
}

/// For replicas that miss it. Other nodes' messages about this replica are not passed on: it knows
/// its own state. Nor are those about unknown replicas: a node could invent any number of them.
void Replica::keep(const Delta& delta) {
  Clocks others = state_.known();
  others.erase(self());
  generations_.push(state_, delta.extract(others));
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
