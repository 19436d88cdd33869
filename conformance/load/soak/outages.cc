/// \file
/// Redis pauses, ends, is killed, and comes back, while clients send.
#include "conformance/load/soak/outages.h"

namespace phx::soak {
namespace {

using std::chrono::milliseconds;

// Less than the patience of nodes and members: then messages are late, and none lost.
constexpr milliseconds standstill{2'000};
constexpr milliseconds absence{1'000};
constexpr milliseconds between_looks{100};
// Their arrival elsewhere is not reported.
constexpr milliseconds last_words{1'000};
constexpr std::size_t kinds = 3;

}  // namespace

Outages::Outages(Cluster& cluster, Feeds& feeds, const Observers& observers, std::size_t count,
                 std::size_t channels, Instant begin, std::chrono::duration<double> time)
    : cluster_(cluster),
      feeds_(feeds),
      observers_(observers),
      left_(count),
      every_(std::chrono::duration_cast<Instant::duration>(time) /
             static_cast<Instant::rep>(count + 1)),
      channels_(channels) {
  next_ = begin + every_ / 2;
}

void Outages::turn(Instant now) {
  if (now < next_) return;
  switch (state_) {
    case State::calm:
      if (left_ > 0) begin(now);
      return;
    case State::still:
      cluster_.go_on();
      state_ = State::calm;
      next_ = now + every_;
      return;
    case State::away:
      cluster_.start_redis();
      state_ = State::returning;
      return;
    case State::returning:
      next_ = now + between_looks;
      if (!all_were_back()) return;
      for (const auto& feed : feeds_) feed->trouble_ends();
      state_ = State::calm;
      next_ = now + every_;
      return;
  }
}

void Outages::begin(Instant now) {
  switch (--left_ % kinds) {
    case 0: ++count_.kills; return end(SIGKILL, now);
    case 1: ++count_.ends; return end(SIGTERM, now);
    default:
      ++count_.standstills;
      cluster_.stand_still();
      state_ = State::still;
      next_ = now + standstill;
  }
}

void Outages::end(int signal, Instant now) {
  before_ = cluster_.books();
  std::uint64_t under_way = 0;
  for (const auto& feed : feeds_) under_way += feed->trouble_begins();
  for (const auto& each : observers_) under_way += each->heard_since(now - last_words);
  cluster_.end_redis(signal);
  if (signal == SIGKILL) unsure_ += under_way;
  state_ = State::away;
  next_ = now + absence;
}

/// With channels for topics, a node is back once Redis has confirmed them. It counts those that it
/// has asked for, which Redis confirms well before the next look.
bool Outages::all_were_back() {
  const bool back = all_are_back();
  const bool confirmed = channels_ == 0 || were_back_;
  were_back_ = back;
  return back && confirmed;
}

bool Outages::all_are_back() const {
  const std::vector<Books> now = cluster_.books();
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i].subscribed == before_[i].subscribed) return false;
    if (now[i].connected == before_[i].connected) return false;
    if (now[i].channels < channels_) return false;
  }
  return true;
}

}  // namespace phx::soak
