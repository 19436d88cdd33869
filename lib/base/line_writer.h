#pragma once
/// \file
/// Takes log lines from any thread and writes them on a thread of its own, so that no caller waits
/// for a disk, a terminal or a pipe that nobody reads.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/time.h"

namespace phx {

/// The queue is bounded. If the descriptor is slower than the callers, new lines are dropped and
/// counted, and a line after the next ones written says how many. Any thread. Neither copied nor
/// moved.
class LineWriter {
 public:
  static constexpr std::size_t max_bytes = 1'048'576;  ///< The limit of the queue.

  /// Returns the line, newline included, that reports lost lines. Called on the writer's thread.
  using LossNotice = std::function<std::string(std::size_t lost)>;

  /// `descriptor` must outlive this.
  LineWriter(int descriptor, LossNotice notice);
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  /// Calls flush(); if the thread still hangs in a write after that, the write is broken off and
  /// what waits is lost. The thread has ended when this returns.
  ~LineWriter();

  /// Takes whole lines, each with its newline. Never waits for the descriptor.
  void write(std::string_view lines);
  /// Waits until all lines taken are written or lost; false if that takes longer than `patience`.
  bool flush(Millis patience = Millis{1'000});

 private:
  void run();

  const int descriptor_;
  const LossNotice notice_;
  std::mutex mutex_;
  std::condition_variable work_;  ///< Lines are waiting, or no more will come.
  std::condition_variable rest_;  ///< Nothing is waiting.
  std::string waiting_;           ///< At most max_bytes.
  std::size_t lost_ = 0;          ///< Lines lost since the last line that reported a loss.
  bool asleep_ = false;           ///< Waits for work.
  bool writing_ = false;
  bool hurried_ = false;  ///< A flush waits, or many lines do.
  bool ending_ = false;
  std::thread thread_;  ///< The last member, because it uses all others.
};

}  // namespace phx
