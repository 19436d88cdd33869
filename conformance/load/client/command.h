/// \file
/// Starts the measured server (`-- COMMAND…`), waits until it accepts, and stops it at the end.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/load/client/target.h"

namespace phx::bench {

/// A child process. A resource: neither copied nor moved. Stopped when this is destroyed, with a
/// line on stderr that says how it ended, the first question after a failed run.
class Command {
 public:
  /// `name` is its name in messages. Runs `words` with PORT=port and HOST=127.0.0.1 in its
  /// environment, and each `{port}` in its arguments replaced. Its output goes to our stderr.
  Command(std::string name, std::vector<std::string> words, std::uint16_t port);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  pid_t pid() const { return pid_; }
  /// Returns once `target` accepts. Throws Unreachable when that takes too long, or it has ended.
  void await(Target& target);

 private:
  /// Sends SIGTERM, and SIGKILL if that has no effect. Returns a sentence on how it ended.
  std::string stop();
  /// Its wait status, once it has ended.
  std::optional<int> ended();

  std::string name_;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

}  // namespace phx::bench
