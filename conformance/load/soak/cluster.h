/// \file
/// Nodes of one command with a Redis of their own, which can be made to fail.
#pragma once

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "conformance/load/client/command.h"
#include "conformance/load/client/target.h"
#include "conformance/load/soak/books.h"

namespace phx::soak {

/// A resource: neither copied nor moved. Ends everything that it has started.
class Cluster {
 public:
  /// Starts `size` copies of the command, each on its own port; `{redis}` in it is the Redis' URL.
  /// Throws Unreachable and Failure.
  Cluster(std::vector<std::string> command, std::size_t nodes, const std::string& mount);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  const std::vector<bench::Target>& nodes() const { return targets_; }
  /// What each node has counted so far. Waits for them.
  std::vector<Books> books() const;

  /// Redis answers no request until it goes on.
  void stand_still() const { ::kill(redis_->pid(), SIGSTOP); }
  void go_on() const { ::kill(redis_->pid(), SIGCONT); }
  /// By SIGTERM it ends between two messages, by SIGKILL in the middle of one.
  void end_redis(int signal);
  /// At the same address.
  void start_redis();

 private:
  std::uint16_t redis_port_ = 0;
  std::unique_ptr<bench::Command> redis_;
  std::vector<bench::Target> targets_;
  std::vector<std::unique_ptr<bench::Command>> commands_;
};

}  // namespace phx::soak
