/// A channel's states: wanted, requested, confirmed; and once unwanted, left.

#include "redis/subscriptions.h"

#include <algorithm>
#include <utility>

namespace phx::redis {

// --- Wanted channels ----------------------------------------------------------------------------

bool Subscriptions::want(std::string_view name) {
  const std::lock_guard lock(mutex_);
  auto at = channels_.find(name);
  if (at == channels_.end()) at = channels_.try_emplace(std::string(name)).first;
  Channel& channel = at->second;
  if (channel.wanted++ > 0 || !connected_ || state_of(channel) != State::none) return false;
  enqueue(at->first, channel);
  return notify();
}

bool Subscriptions::unwant(std::string_view name, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto at = channels_.find(name);
  if (at == channels_.end() || --at->second.wanted > 0) return false;
  Channel& channel = at->second;
  const State state = state_of(channel);
  if (state == State::none) {
    if (!channel.queued) erase(at);
    return false;
  }
  if (state == State::leaving || channel.lingers) return false;
  channel.lingers = true;
  lingering_.push_back({at->first, now});
  const bool due = lingering_.size() == 1 || lingering_.size() > limits_.lingering;
  return due && notify();
}

bool Subscriptions::notify() { return connected_ && !std::exchange(notified_, true); }

/// If too many wait by name, searches all channels for those that Redis has not been sent.
void Subscriptions::enqueue(const std::string& name, Channel& channel) {
  if (channel.queued) return;
  if (fresh_.size() < limits_.lingering) {
    channel.queued = true;
    fresh_.push_back(name);
  } else {
    rest_.emplace();
  }
}

bool Subscriptions::is_subscribed_now(std::string_view name) const {
  const auto at = channels_.find(name);
  if (!connected_ || at == channels_.end() || at->second.wanted == 0) return true;
  return state_of(at->second) == State::heard;
}

bool Subscriptions::is_subscribed(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  return is_subscribed_now(name);
}

void Subscriptions::when_subscribed(std::string_view name, std::function<void()> then) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_subscribed_now(name)) {
      const auto at = channels_.find(name);
      // After a reconnection its turn may be far off: a caller waits, so it comes now.
      if (state_of(at->second) == State::none) enqueue(at->first, at->second);
      waiting_.emplace(name, std::move(then));
      return;
    }
  }
  then();
}

std::size_t Subscriptions::count() const {
  const std::lock_guard lock(mutex_);
  return heard_;
}

// --- The connection -----------------------------------------------------------------------------

Subscriptions::State Subscriptions::state_of(const Channel& channel) const {
  return channel.connection == connection_ ? channel.state : State::none;
}

void Subscriptions::set(Channel& channel, State state) {
  channel.connection = connection_;
  channel.state = state;
}

void Subscriptions::connected() {
  const std::lock_guard lock(mutex_);
  connected_ = true;
  rest_.emplace();
}

/// Costs only the callers that wait, not all channels: their states belong to the old connection.
void Subscriptions::disconnected() {
  Waiting waiting;
  {
    const std::lock_guard lock(mutex_);
    connected_ = false;
    notified_ = false;
    ++connection_;
    in_flight_ = heard_ = 0;
    rest_.reset();
    waiting.swap(waiting_);
  }
  for (const auto& [name, then] : waiting) then();
}

Subscriptions::Ask Subscriptions::next(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  notified_ = false;
  Ask ask;
  if (!connected_ || room() < limits_.in_flight / 2) return ask;  // confirmed() makes room
  leave_lingering(ask, now);
  ask_for_fresh(ask);
  ask_for_rest(ask);
  if (!lingering_.empty()) {
    const auto left = lingering_.front().since + limits_.linger - now;
    ask.again_after = std::max(Millis{0}, std::chrono::ceil<Millis>(left));
  }
  if (rest_ && in_flight_ == 0) ask.again_after = Millis{0};
  return ask;
}

/// Half of the room that is left: new subscriptions need the rest.
void Subscriptions::leave_lingering(Ask& ask, Clock::time_point now) {
  const std::size_t most = room() / 2;
  for (std::size_t visits = 0; visits < limits_.in_flight && !lingering_.empty(); ++visits) {
    const Lingering& oldest = lingering_.front();
    const bool due = oldest.since + limits_.linger <= now || lingering_.size() > limits_.lingering;
    if (!due || ask.unsubscribe.size() == most) return;
    const Lingering next = std::move(lingering_.front());
    lingering_.pop_front();
    const auto at = channels_.find(next.channel);
    if (at == channels_.end() || !std::exchange(at->second.lingers, false)) continue;
    Channel& channel = at->second;
    if (channel.wanted > 0) continue;
    const State state = state_of(channel);
    if (state == State::none) {
      if (!channel.queued) erase(at);
    } else if (state == State::heard) {
      set(channel, State::leaving);
      --heard_;
      ++in_flight_;
      ask.unsubscribe.push_back(at->first);
    } else if (state == State::asked) {
      channel.lingers = true;
      lingering_.push_back({at->first, now});
    }
  }
}

void Subscriptions::ask_for_fresh(Ask& ask) {
  while (room() > 0 && !fresh_.empty()) {
    const auto at = channels_.find(fresh_.front());
    fresh_.pop_front();
    if (at == channels_.end()) continue;
    at->second.queued = false;
    if (at->second.wanted > 0) {
      ask_for(at->first, at->second, ask);
    } else if (state_of(at->second) == State::none) {
      erase(at);
    }
  }
}

void Subscriptions::ask_for_rest(Ask& ask) {
  if (!rest_) return;
  auto at = channels_.upper_bound(*rest_);
  for (std::size_t visits = 0; visits < limits_.in_flight && room() > 0; ++visits, ++at) {
    if (at == channels_.end()) return rest_.reset();
    if (at->second.wanted > 0) ask_for(at->first, at->second, ask);
    rest_ = at->first;
  }
}

void Subscriptions::ask_for(const std::string& name, Channel& channel, Ask& ask) {
  if (state_of(channel) != State::none) return;
  set(channel, State::asked);
  ++in_flight_;
  ask.subscribe.push_back(name);
}

void Subscriptions::confirmed(std::string_view name, bool subscribed) {
  Waiting waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto at = channels_.find(name);
    if (at == channels_.end()) return;
    Channel& channel = at->second;
    const State state = state_of(channel);
    if (subscribed && state == State::asked) {
      --in_flight_;
      ++heard_;
      set(channel, State::heard);
      for (auto one = waiting_.find(name); one != waiting_.end() && one->first == name;) {
        waiting.insert(waiting_.extract(one++));
      }
    } else if (!subscribed && state == State::leaving) {
      --in_flight_;
      set(channel, State::none);
      if (channel.wanted > 0) {
        enqueue(at->first, channel);
      } else {
        erase(at);
      }
    }
  }
  for (const auto& [channel, then] : waiting) then();
}

void Subscriptions::erase(Channels::iterator at) {
  const auto [first, last] = waiting_.equal_range(at->first);
  waiting_.erase(first, last);
  channels_.erase(at);
}

}  // namespace phx::redis
