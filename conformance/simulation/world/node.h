#pragma once
/// \file
/// A server of a world: what phx::Server makes, without threads and signals.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  };
  /// `fill` mounts what the endpoint serves.
  Node(Machine& machine, const Options& options, const Log& log,
       const std::function<void(Endpoint&)>& fill);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();

  const std::string& name() const { return options_.name; }
  std::vector<Host*> hosts();
  /// As SIGTERM.
  void drain();
  /// Whether it has drained, and could be destroyed.
  bool has_drained() const;

  // What is left, for the invariants.
  std::size_t connections() const;
  /// Processes of all shards, besides those that a shard keeps: its supervisor, and what watches
  /// its presences.
  std::size_t processes() const;
  std::size_t subscribers(const std::string& topic) const;

 private:
  struct Part;
  void accept(int socket, net::Peer peer);
  void close_port();

  Machine& machine_;
  const Options options_;
  process::Workers workers_;
  server::MemoryBudget memory_;
  Endpoint endpoint_{"the secret of a simulated server, of more than 64 characters in all"};
  std::vector<std::unique_ptr<Part>> parts_;
  std::size_t next_ = 0;
  bool listens_ = true;
};

}  // namespace phx::simulation
