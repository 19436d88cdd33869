#pragma once
/// \file
/// How the shards of one server wait for each other at its end.

#include <atomic>
#include <cstddef>
#include <vector>

#include "process/scheduler.h"

namespace phx::server {

/// Whether a shard of a server still drains. A poll may be held on another shard than its session
/// lives on, so no shard says farewell to its connections before all have drained.
class Draining {
 public:
  /// Another shard will drain. Before the shards run; `shard` outlives the last shard_drained().
  void add(process::Scheduler& shard);
  /// Wakes all shards if this was the last. Any thread.
  void shard_drained();
  /// Any thread.
  bool over() const { return left_ == 0; }

 private:
  std::vector<process::Scheduler*> shards_;
  std::atomic<std::size_t> left_ = 0;
};

}  // namespace phx::server
