#pragma once
/// \file
/// One thread's worth of server: a loop, its connections, a scheduler, a pubsub.
///
/// A connection, its socket process and its channels live on one shard and meet no lock. One turn
/// of the loop: read what has come, give the processes their turns, write each connection once.

#include <atomic>

#include "endpoint/endpoint.h"
#include "net/loop.h"
#include "server/connections.h"
#include "server/shutdown.h"
#include "telemetry/faults.h"

namespace phx::server {

struct ShardOptions {
  ConnectionLimits connections = {};
  process::Limits processes = {};
};

class Shard final : private ShutdownHost {
 public:
  Shard(std::uint32_t number, const Endpoint& endpoint, Log log, process::Workers& workers,
        const ShardOptions& options);
  ~Shard() override;

  process::Scheduler& scheduler() override { return scheduler_; }
  pubsub::PubSub& pubsub() { return pubsub_; }
  net::Loop& loop() { return loop_; }

  /// Starts the endpoint's children and runs the loop until stop(). On its own thread.
  void run();
  /// Sends the connections home in batches (1012), and ends run() when they are gone or their time
  /// is over. Any thread.
  void stop();
  /// Takes an accepted socket over; with a certificate, which outlives the shard, the client is to
  /// speak TLS. Any thread.
  void adopt(int socket, Client client, const net::Certificate* certificate);
  /// The connections that it has, as its last turn left them, and those on their way. Any thread.
  std::size_t load() const { return open_ + coming_; }

 private:
  // ShutdownHost
  std::size_t open() const override { return connections_.size(); }
  void end_children() override;
  bool children_ended() const override { return !scheduler_.alive(supervisor_); }
  void leave() override { loop_.stop(); }

  /// Processes, then writes; and says when to come back.
  void turn();
  void sleep_until_next_timer();
  void publish_load();
  void publish_measures();

  const Endpoint& endpoint_;
  telemetry::FaultTeller faults_;
  process::Scheduler scheduler_;
  pubsub::PubSub pubsub_{scheduler_};
  net::Loop loop_;
  Connections connections_;
  Shutdown shutdown_;
  net::Timer next_timer_;
  net::Timer measuring_;
  process::Pid supervisor_;
  std::atomic<std::size_t> open_ = 0;    ///< As the last turn left them.
  std::atomic<std::size_t> coming_ = 0;  ///< Adopted, and not among these yet.
  std::size_t come_ = 0;                 ///< Of them, in this turn.
};

}  // namespace phx::server
