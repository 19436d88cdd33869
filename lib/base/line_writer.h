#pragma once
/// \file
/// Takes log lines from any thread and writes them on its own, so that none waits for a disk, a
/// terminal or a pipe that nobody reads.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/time.h"

namespace phx {

/// What waits is bounded: where the descriptor does not take lines as fast as they come, the newest
/// are lost and counted, and behind the next ones that get through stands a line that says so.
/// Any thread. Neither copied nor moved.
class LineWriter {
 public:
  static constexpr std::size_t most_bytes = 1'048'576;  ///< That may wait.

  /// The line, with its end, that tells of lines that were lost. Called on the writer's thread.
  using Confession = std::function<std::string(std::size_t lost)>;

  /// `descriptor` stays open as long as the program runs: see the destructor.
  LineWriter(int descriptor, Confession confession);
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  /// flush(); a thread that still hangs in a write after that is left behind.
  ~LineWriter();

  /// Takes whole lines, each with its end. Never waits for the descriptor.
  void write(std::string_view lines);
  /// Waits until all that was taken is written or lost; false where `patience` was over before.
  bool flush(Millis patience = Millis{1'000});

 private:
  struct Shared;
  const std::shared_ptr<Shared> shared_;  ///< With the thread, which may outlive this.
  std::thread thread_;
};

}  // namespace phx
