#pragma once
/// \file
/// The server under test, when the suite starts it itself (`-- COMMAND`).

#include <optional>
#include <string>
#include <vector>

#include "conformance/suite/wire/child_process.h"
#include "conformance/suite/wire/network.h"

namespace phx::conformance {

/// A child process that lives as long as this value. Ends it by SIGTERM, or SIGKILL if needed.
class ServerProcess {
 public:
  /// Starts the command with PORT and HOST in its environment and `{port}` replaced.
  /// \throws std::runtime_error if no process can be made.
  explicit ServerProcess(const std::vector<std::string>& command);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  int port() const { return port_; }
  /// Waits until the port accepts connections. Returns nothing if it does, otherwise the reason.
  std::optional<std::string> wait_until_it_listens(Millis patience);
  /// Asks it to end, by SIGTERM.
  void terminate() { child_.terminate(); }
  /// Ends it at once, by SIGKILL.
  void kill() { child_.kill(); }
  /// Whether its port accepts a connection now.
  bool accepts() const;
  /// How it ended, if it did: `it exited with status 1`, `it was ended by signal 11 (…)`.
  std::optional<std::string> ended() { return child_.ended(); }
  /// The last lines that it printed.
  std::string last_words() const { return child_.last_words(); }

 private:
  int port_;
  ChildProcess child_;
};

}  // namespace phx::conformance
