/// The loop's turn.

#include "server/shard.h"

#include <utility>

#include "process/supervisor.h"
#include "telemetry/shard_measured.h"

namespace phx::server {

Shard::Shard(std::uint32_t number, const Endpoint& endpoint, Log log, process::Workers& workers,
             MemoryBudget& memory, Draining& draining, const ShardOptions& options)
    : endpoint_(endpoint),
      faults_(endpoint.telemetry()),
      scheduler_(number, std::move(log), options.processes),
      loop_(options.descriptors),
      connections_(endpoint, loop_, scheduler_, pubsub_, options.connections),
      shutdown_(endpoint, *this, draining, loop_, options.connections.farewell),
      next_timer_(loop_, [this] { turn(); }),
      measuring_(loop_, [this] { publish_measures(); }),
      memory_(memory),
      memory_timer_(loop_, [this] { look_at_memory(); }) {
  scheduler_.use_budget(options.time);
  scheduler_.report_to(faults_);
  scheduler_.use_workers(workers);
  scheduler_.await_thread();  // connections may be assigned to this shard before it runs
  loop_.on_round([this] { turn(); });
  scheduler_.on_wake([this] { loop_.wake(); });
}

Shard::~Shard() {
  scheduler_.clear();
  connections_.clear();
}

void Shard::run() {
  begin();
  loop_.run();
  scheduler_.await_thread();
}

void Shard::begin() {
  scheduler_.adopt_thread();
  supervisor_ = scheduler_.spawn(std::make_unique<process::Supervisor>(
      process::Strategy::one_for_one,
      endpoint_.children({&scheduler_, &pubsub_, &endpoint_.telemetry()})));
  if (endpoint_.telemetry().attached<telemetry::ShardMeasured>()) {
    publish_measures();
    measuring_.every(Millis{1'000});
  }
  constexpr Millis often_enough{250};
  memory_timer_.every(often_enough);
  turn();
}

void Shard::turn() {
  const bool unhandled = scheduler_.run(Clock::now());
  const bool undone = connections_.flush();
  publish_load();
  shutdown_.go_on();
  loop_.busy(unhandled || undone);
  sleep_until_next_timer();
}

void Shard::sleep_until_next_timer() {
  scheduler_.log().write_counts();
  std::optional<Clock::time_point> next = scheduler_.next_timer();
  const std::optional<Clock::time_point> counts = scheduler_.log().counts_due();
  if (counts && (!next || *counts < *next)) next = counts;
  if (!next) return next_timer_.stop();
  next_timer_.start(std::chrono::ceil<Millis>(*next - Clock::now()));
}

void Shard::adopt(int socket, Client client, const net::Certificate* certificate) {
  ++coming_;
  scheduler_.post([this, socket, client = std::move(client), certificate] {
    ++come_;
    connections_.adopt(socket, client, certificate);
  });
}

void Shard::publish_load() {
  open_.store(connections_.size(), std::memory_order_relaxed);
  if (come_ > 0) coming_ -= std::exchange(come_, 0);
}

void Shard::publish_measures() {
  endpoint_.telemetry().execute(telemetry::ShardMeasured{
      scheduler_.population(), connections_.websockets(), connections_.http(), scheduler_.shard(),
      connections_.traffic, resident_memory(), memory_.limit()});
}

/// The shard with the largest holder disconnects it; one at a time, because holders share frames
/// and one end may free what many hold.
void Shard::look_at_memory() {
  constexpr std::size_t worth_an_end = 65'536;
  if (scheduler_.take_backlogged()) connections_.limit_clients();
  const auto now = Clock::now();
  if (memory_.look(resident_memory(), now) == 0) return;
  release_free_memory();
  if (memory_.look(resident_memory(), now) == 0) return;
  const auto holder = connections_.largest_holder();
  const bool worth = holder.bytes >= worth_an_end;
  if (!memory_.largest(scheduler_.shard(), worth ? holder.bytes : 0)) return;
  holder.evict({telemetry::Limit::memory, memory_.limit()});
  memory_.given_back(holder.bytes, now);
}

void Shard::stop() {
  scheduler_.post([this] {
    connections_.stop();
    shutdown_.begin();
    loop_.wake();
  });
}

void Shard::end_children() { scheduler_.exit(supervisor_, {process::ExitReason::shutdown}); }

}  // namespace phx::server
