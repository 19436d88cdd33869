/// \file
/// A server under measurement: its address, and its history.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "conformance/load/bench/cases.h"
#include "conformance/load/bench/options.h"
#include "conformance/load/client/command.h"

namespace phx::bench {

/// How to run a case. A value.
struct Terms {
  Millis window;
  std::uint64_t descriptors = 0;  ///< That this process may open.
  std::size_t retries = 0;        ///< While something else is busy.
};

/// A resource: neither copied nor moved. The server that it started ends with it.
class Subject {
 public:
  /// Starts the server if needed, and returns once it accepts. Throws Unreachable.
  explicit Subject(const Contender& contender);
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  const Target& target() const { return target_; }
  /// Runs the case once. A case that needs a new server gets one, or is skipped if we did not start
  /// the server. Points of a series after a saturated one are skipped too. Throws Failure.
  Result run(const Case& what, Loop& loop, const Terms& terms);

 private:
  void start();
  std::unique_ptr<Command> start_one(Target& target);
  Result attempt(const Case& what, Loop& loop, const Terms& terms);

  const Contender& contender_;
  Target target_;
  std::unique_ptr<Command> command_;
  /// Another node of the cluster.
  struct Node {
    Target target;
    std::unique_ptr<Command> command;
  };
  std::vector<Node> others_;
  bool used_ = false;
  std::set<std::string> saturated_;  // series
};

}  // namespace phx::bench
