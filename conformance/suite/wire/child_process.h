#pragma once
/// \file
/// A program that the suite starts: the server under test, or the shim of a client under test.

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace phx::conformance {

/// Where a child's standard input and output go.
enum class ChildIo {
  log,   ///< Nothing is read; the output is kept for last_words().
  lines  ///< Both are pipes of the suite's; only standard error is kept.
};

/// A child that lives no longer than this value. The thread that made it must live as long: the
/// kernel asks the child to end with that thread, so that a killed suite leaves none behind.
class ChildProcess {
 public:
  /// Starts the command with these additions to its environment.
  /// \throws std::runtime_error if no process can be made.
  ChildProcess(const std::vector<std::string>& command,
               const std::vector<std::pair<std::string, std::string>>& environment, ChildIo talk);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Asks it to end, by SIGTERM.
  void terminate();
  /// Ends it at once, by SIGKILL.
  void kill();
  /// How it ended, if it did: `it exited with status 1`, `it was ended by signal 11 (…)`.
  std::optional<std::string> ended();
  /// The last lines that it printed.
  std::string last_words() const;
  pid_t pid() const { return pid_; }

  // Only with ChildIo::lines; non-blocking, -1 once closed.
  int input() const { return input_; }
  int output() const { return output_; }

 private:
  int log_ = -1;  // an unnamed file: the child's output must not mix with the report
  int input_ = -1;
  int output_ = -1;
  pid_t pid_ = -1;
  std::optional<std::string> ended_;
};

}  // namespace phx::conformance
