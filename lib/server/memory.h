#pragma once
/// \file
/// The memory of the whole process: its limit, its use, and how much must be freed.

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include "base/time.h"

namespace phx::server {

/// Half of the machine's memory, or of the cgroup's limit if that is less. Bytes.
std::size_t default_memory();
/// The process's resident memory in bytes, without pages shared with files.
std::size_t resident_memory();
/// Makes the allocator, jemalloc or glibc's, return unused memory to the system. Takes
/// milliseconds.
void release_free_memory();

/// One for all shards. Any thread.
class MemoryBudget {
 public:
  /// `limit` in bytes.
  explicit MemoryBudget(std::size_t limit, std::size_t shards)
      : limit_(limit), largest_(shards, 0) {}

  std::size_t limit() const { return limit_; }
  /// Whether new clients are refused: from the limit on, until a tenth of it is free again.
  bool full() const { return full_; }

  /// Returns the bytes that must be freed, or 0. `used` is resident_memory(). Once the limit was
  /// passed, that is everything above nine tenths of it, so that new clients are soon accepted
  /// again. Memory freed within the last `settling` may still be in `used`.
  std::size_t look(std::size_t used, Clock::time_point now);
  /// Reports a shard's largest holder. True if no other shard has a larger one: disconnect it.
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
