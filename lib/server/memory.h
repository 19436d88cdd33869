#pragma once
/// \file
/// The memory of the whole process: how much it may have, has, and must give back.

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include "base/time.h"

namespace phx::server {

/// Half of what the machine has, or of what the process's cgroup allows, if that is less. Bytes.
std::size_t default_memory();
/// What the process has now, in bytes, without what it shares with files.
std::size_t resident_memory();
/// Has the allocator, jemalloc or glibc's, give the system back what it keeps for later. Takes
/// milliseconds.
void release_free_memory();

/// One for all shards. Any thread.
class MemoryBudget {
 public:
  /// `limit` in bytes.
  explicit MemoryBudget(std::size_t limit, std::size_t shards)
      : limit_(limit), largest_(shards, 0) {}

  std::size_t limit() const { return limit_; }
  /// Newcomers are refused: from the limit on, until a tenth of it is free again.
  bool full() const { return full_; }

  /// `used` is resident_memory(). Bytes that must be given back; 0 where all is well. Once the
  /// limit was passed, all above nine tenths of it: newcomers wait no longer than that takes. What
  /// was given back within the last `settling` may still be in `used`.
  std::size_t look(std::size_t used, Clock::time_point now);
  /// A shard's largest holder. True if no other shard has a larger one: put it out.
  bool largest(std::size_t shard, std::size_t bytes);
  void given_back(std::size_t bytes, Clock::time_point now);

 private:
  static constexpr Millis settling{500};

  const std::size_t limit_;
  std::atomic<bool> full_ = false;
  std::mutex mutex_;
  std::vector<std::size_t> largest_;  ///< Of each shard.
  std::size_t given_back_ = 0;        ///< Within `settling` before settles_.
  Clock::time_point settles_{};
};

}  // namespace phx::server
