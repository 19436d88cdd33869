#pragma once
/// \file
/// Takes log lines from any thread and writes them on a thread of its own, so that no caller waits
/// for a disk, a terminal or a pipe that nobody reads.

#include <functional>
#include <memory>
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

  /// `descriptor` stays open as long as the program runs: see the destructor.
  LineWriter(int descriptor, LossNotice notice);
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  /// Calls flush(); if the thread still hangs in a write after that, it is detached.
  ~LineWriter();

  /// Takes whole lines, each with its newline. Never waits for the descriptor.
  void write(std::string_view lines);
  /// Waits until all lines taken are written or lost; false if that takes longer than `patience`.
  bool flush(Millis patience = Millis{1'000});

 private:
  struct Shared;
  const std::shared_ptr<Shared> shared_;  ///< Shared with the thread, which may outlive this.
  std::thread thread_;
};

}  // namespace phx
