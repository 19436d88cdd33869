#pragma once
/// \file
/// Reports that the server is alive only while each shard's loop runs.

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "net/timer.h"
#include "server/shard.h"

namespace phx::server {

/// On the first shard's loop. The loops do not run when it is made or destroyed, and the shards
/// outlive it.
class Watchdog {
 public:
  /// Calls `alive` after every `interval` in which all shards had a turn.
  Watchdog(const std::vector<std::unique_ptr<Shard>>& shards, Millis interval,
           std::function<void()> alive)
      : shards_(shards),
        alive_(std::move(alive)),
        timer_(shards.front()->loop(), [this] { beat(); }) {
    ask();
    timer_.every(interval);
  }

 private:
  void beat() {
    if (*answers_ < shards_.size()) return;
    alive_();
    ask();
  }
  void ask() {
    answers_ = std::make_shared<std::atomic<std::size_t>>(0);
    for (const auto& shard : shards_) {
      shard->scheduler().post([answers = answers_] { ++*answers; });
    }
  }

  const std::vector<std::unique_ptr<Shard>>& shards_;
  const std::function<void()> alive_;
  std::shared_ptr<std::atomic<std::size_t>> answers_;
  net::Timer timer_;
};

}  // namespace phx::server
