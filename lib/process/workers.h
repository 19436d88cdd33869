#pragma once
/// \file
/// A few threads for work that blocks, so that no loop does. Mirrors OTP's dirty schedulers.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/time.h"

namespace phx::process {

/// A limited number of threads, each started when first needed. Any thread may post.
class Workers {
 public:
  /// Ten, like OTP's dirty I/O schedulers (`erl +SDio`).
  explicit Workers(std::size_t threads = 10) : limit_(threads) {}
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  /// Waits for running jobs, however long they take; see stop().
  ~Workers();

  void post(std::function<void()> job);
  /// Drops waiting jobs, and waits for running ones; false if some still run after `patience`.
  bool stop(Millis patience);

 private:
  void run();

  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;  // at most one per process: bounded by their number
  std::vector<std::thread> threads_;
  std::condition_variable done_;
  std::size_t idle_ = 0;
  std::size_t ended_ = 0;
  bool stopping_ = false;
};

}  // namespace phx::process
