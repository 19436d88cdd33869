#pragma once
/// \file
/// One thread of the server: a loop, its connections, a scheduler, a pubsub.
///
/// A connection, its socket process and its channels live on one shard, without locks. One turn of
/// the loop reads all input, gives the processes their turns, and writes each connection once.

#include <atomic>

#include "endpoint/endpoint.h"
#include "net/loop.h"
#include "server/connections.h"
#include "server/memory.h"
#include "server/shutdown.h"
#include "telemetry/faults.h"

namespace phx::server {

struct ShardOptions {
  ConnectionLimits connections = {};
  process::Limits processes = {};
  process::TimeBudget time = {};
  /// Room for the descriptors of all the process's connections and files; see net::Loop.
  std::size_t descriptors = 65'536;
};

class Shard final : private ShutdownHost {
 public:
  /// `workers`, `memory` and `draining` are all shards', and outlive it.
  Shard(std::uint32_t number, const Endpoint& endpoint, Log log, process::Workers& workers,
        MemoryBudget& memory, Draining& draining, const ShardOptions& options);
  ~Shard() override;

  process::Scheduler& scheduler() override { return scheduler_; }
  pubsub::PubSub& pubsub() { return pubsub_; }
  net::Loop& loop() { return loop_; }

  /// Starts the endpoint's children and runs the loop until stop(). On its own thread.
  void run();
  /// The beginning of run(), for a caller that drives the loop by itself.
  void begin();
  /// Closes the connections in batches (1012), and ends run() when they are gone or their time is
  /// over. Any thread.
  void stop();
  /// Takes over an accepted socket; with a certificate, which outlives the shard, the client must
  /// speak TLS. Any thread.
  void adopt(int socket, Client client, const net::Certificate* certificate);
  /// Its connections, for websockets of the admin port. Shard thread.
  Connections& connections() { return connections_; }
  /// Its connections as of its last turn, plus those on their way. Any thread.
  std::size_t load() const { return open_ + coming_; }

 private:
  // ShutdownHost
  bool awaits_newcomers() const override { return connections_.awaits_newcomers(); }
  void refuse_newcomers() override { connections_.refuse_newcomers(); }
  std::size_t open() const override { return connections_.all(); }
  void end_children() override;
  bool children_ended() const override { return !scheduler_.alive(supervisor_); }
  void wake() override { loop_.wake(); }
  void stop_loop() override { loop_.stop(); }

  /// Runs the processes, writes, and sets the time of the next turn.
  void turn();
  void sleep_until_next_timer();
  void publish_load();
  void publish_measures();
  void look_at_memory();

  const Endpoint& endpoint_;
  telemetry::FaultReporter faults_;
  process::Scheduler scheduler_;
  pubsub::PubSub pubsub_{scheduler_};
  net::Loop loop_;
  Connections connections_;
  Shutdown shutdown_;
  net::Timer next_timer_;
  net::Timer measuring_;
  MemoryBudget& memory_;
  net::Timer memory_timer_;
  process::Pid supervisor_;
  std::atomic<std::size_t> open_ = 0;    ///< Connections as of the last turn.
  std::atomic<std::size_t> coming_ = 0;  ///< Adopted, but not yet in `open_`.
  std::size_t come_ = 0;                 ///< Of `coming_`, arrived in this turn.
};

}  // namespace phx::server
