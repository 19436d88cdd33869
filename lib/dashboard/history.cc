/// Counts as events come, and keeps a row each second.

#include "dashboard/history.h"

#include <numeric>

#include "channel/events.h"
#include "redis/events.h"
#include "telemetry/faults.h"

namespace phx::dashboard {

using telemetry::on;

template <class E>
telemetry::Handler History::counts(Fault fault) {
  return on<E>([&counter = faults_[static_cast<std::size_t>(fault)]](const E&) { ++counter; });
}

std::vector<telemetry::Handler> History::handlers() {
  return {on<HandleInTimed>([this](const HandleInTimed& event) { handled_.add(event.duration); }),
          on<ChannelJoined>([this](const ChannelJoined&) { ++joins_; }),
          on<telemetry::ShardMeasured>([this](const telemetry::ShardMeasured& event) {
            const std::lock_guard lock(mutex_);
            shards_.insert_or_assign(event.shard, event);
          }),
          on<telemetry::LimitReached>([this](const telemetry::LimitReached& event) {
            ++limits_[static_cast<std::size_t>(event.limit)];
          }),
          counts<telemetry::ProcessCrashed>(Fault::crash),
          counts<telemetry::MailboxOverflowed>(Fault::mailbox_overflow),
          counts<telemetry::LongTurn>(Fault::long_turn),
          counts<telemetry::SlowConsumer>(Fault::slow_consumer),
          counts<telemetry::ConnectionRefused>(Fault::connection_refused),
          counts<telemetry::BroadcastLost>(Fault::broadcast_lost),
          counts<telemetry::SupervisorGaveUp>(Fault::supervisor_gave_up),
          counts<telemetry::HandlerFailed>(Fault::handler_failed),
          counts<redis::MessagesLost>(Fault::redis_lost),
          on<redis::Connected>([this](const redis::Connected& event) {
            linked(event.role, {true, event.address, Clock::now()});
          }),
          on<redis::Disconnected>([this](const redis::Disconnected& event) {
            linked(event.role, {false, event.reason, Clock::now()});
          }),
          on<redis::Published>([this](const redis::Published& event) {
            if (event.took.count() > 0) redis_took_ = event.took.count();
          })};
}

void History::linked(std::string_view role, RedisLink link) {
  const std::lock_guard lock(mutex_);
  redis_.insert_or_assign(std::string(role), std::move(link));
}

std::uint64_t History::all_faults() const {
  return std::accumulate(faults_.begin(), faults_.end(), std::uint64_t{0});
}

std::uint64_t History::all_limits() const {
  return std::accumulate(limits_.begin(), limits_.end(), std::uint64_t{0});
}

void History::tick() {
  const Latency::Second handled = handled_.take();
  const std::lock_guard lock(mutex_);
  Second now;
  for (const auto& [number, shard] : shards_) {
    now.connections += shard.websockets + shard.http_connections;
    now.websockets += shard.websockets;
    now.processes += shard.processes;
    now.memory = std::max<std::uint64_t>(now.memory, shard.memory);
    now.traffic.messages_in += shard.traffic.messages_in;
    now.traffic.frames_out += shard.traffic.frames_out;
    now.traffic.bytes_in += shard.traffic.bytes_in;
    now.traffic.bytes_out += shard.traffic.bytes_out;
  }
  now.joins = joins_;
  now.faults = all_faults();
  now.limits = all_limits();
  Second second = now;
  second.number = before_.number + 1;
  second.handled = handled.count;
  second.p50 = handled.p50;
  second.p99 = handled.p99;
  second.joins -= before_.joins;
  second.faults -= before_.faults;
  second.limits -= before_.limits;
  second.traffic.messages_in -= before_.traffic.messages_in;
  second.traffic.frames_out -= before_.traffic.frames_out;
  second.traffic.bytes_in -= before_.traffic.bytes_in;
  second.traffic.bytes_out -= before_.traffic.bytes_out;
  before_ = now;
  before_.number = second.number;
  if (!seconds_.empty() && second.number - looked_ <= owned_for) {
    second.owned = seconds_.back().owned;
  }
  seconds_.push_back(second);
  if (seconds_.size() > max_seconds) seconds_.pop_front();
}

void History::looked(const Owned& owned) {
  const std::lock_guard lock(mutex_);
  if (seconds_.empty()) return;
  seconds_.back().owned = owned;
  looked_ = seconds_.back().number;
}

std::vector<Second> History::after(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  std::vector<Second> rows;
  if (number > before_.number) number = 0;
  for (const Second& second : seconds_) {
    if (second.number > number) rows.push_back(second);
  }
  return rows;
}

Second History::latest() const {
  const std::lock_guard lock(mutex_);
  return seconds_.empty() ? Second{} : seconds_.back();
}

std::map<std::string, RedisLink> History::redis() const {
  const std::lock_guard lock(mutex_);
  return {redis_.begin(), redis_.end()};
}

std::uint64_t History::memory_limit() const {
  const std::lock_guard lock(mutex_);
  return shards_.empty() ? 0 : shards_.begin()->second.memory_limit;
}

}  // namespace phx::dashboard
