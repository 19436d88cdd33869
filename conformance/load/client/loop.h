/// \file
/// Waits on epoll for the load client's connections and wakes them; one thread, no locks.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace phx::bench {

using Clock = std::chrono::steady_clock;
using Instant = Clock::time_point;
using Millis = std::chrono::milliseconds;

/// Watches a descriptor. Must outlive its registration.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void ready(std::uint32_t events) = 0;
};

/// A resource: neither copied nor moved.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void watch(int fd, Watcher& watcher, std::uint32_t events);
  void rewatch(int fd, Watcher& watcher, std::uint32_t events);
  void unwatch(int fd);

  /// Waits for events until `until` at most, and handles one batch of them.
  /// A watcher may be destroyed between turns, never within one.
  void turn(Instant until);
  /// Turns until `done`; throws Failure with `complaint()` when `patience` is over before.
  void run(const std::function<bool()>& done, Millis patience,
           const std::function<std::string()>& complaint);
  /// Turns for `time`.
  void pause(Millis time);

  /// The buffer that a watcher reads into.
  std::vector<char>& scratch() { return scratch_; }

 private:
  int epoll_ = -1;
  std::vector<char> scratch_;
};

}  // namespace phx::bench
