#pragma once
/// \file
/// A server of a world: what phx::Server makes, without threads and signals.

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cluster/channels.h"
#include "cluster/envelope.h"
#include "conformance/simulation/machine/machine.h"
#include "phoenix.h"
#include "server/memory.h"
#include "server/shard.h"

namespace phx::simulation {

/// Neither copied nor moved. Listens from the constructor to drain() or the destructor.
class Node {
 public:
  struct Options {
    std::string name = "n1";
    std::size_t shards = 1;
    server::ShardOptions shard = {};
    int drift = 0;                     ///< Host::drift
    std::string cluster_name = {};     ///< Among the nodes of a cluster; empty: it is alone.
    const Access* to_redis = nullptr;  ///< Of a cluster: outlives the connections.
    std::size_t kept_messages = 0;
    cluster::ChannelPer channel_per = cluster::ChannelPer::cluster;
    cluster::EnvelopeOptions messages = {};  ///< Between nodes.
    bool chooses = true;                     ///< The order of turns and timers.
    EndpointOptions endpoint = {};           ///< Its secret and its PubSub are the node's own.
  };
  /// `fill` mounts what the endpoint serves.
  Node(Machine& machine, const Options& options, const Log& log,
       const std::function<void(Endpoint&)>& fill);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();

  const std::string& name() const { return options_.name; }
  const Endpoint& endpoint() const { return endpoint_; }
  std::vector<Host*> hosts();
  /// Its calendar clock is moved, as by hand.
  void move_calendar(std::chrono::seconds by);
  /// As SIGTERM.
  void drain();
  /// Whether it has drained, what it has published has gone out, and it could be destroyed.
  bool has_drained();

  /// What processes have not done yet, or keep for nobody: `messages of user:ann`.
  std::set<std::string> undone() const;
  /// Topics with subscribers, besides those of its own processes.
  std::set<std::string> topics() const;

  // What is left, for the invariants.
  std::size_t connections() const;
  /// Processes of all shards, besides those that a shard keeps: its supervisor, and what watches
  /// its presences.
  std::size_t processes() const;
  std::size_t subscribers(const std::string& topic) const;

 private:
  struct Part;
  class Adapter;
  static std::shared_ptr<Adapter> adapter_of(Machine& machine, const Options& options);
  static EndpointOptions endpoint_of(const Options& options, std::shared_ptr<Adapter> adapter);
  void accept(int socket, net::Peer peer);
  void close_port();

  Machine& machine_;
  const Options options_;
  process::Workers workers_;
  server::MemoryBudget memory_;
  server::Draining draining_;
  const std::shared_ptr<Adapter> adapter_;  ///< Null if it is alone.
  Endpoint endpoint_;
  std::vector<std::unique_ptr<Part>> parts_;
  std::size_t next_ = 0;
  bool listens_ = true;
};

}  // namespace phx::simulation
