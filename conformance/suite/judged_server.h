#pragma once
/// \file
/// The server under test: whether it answers, and how it comes back.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/suite/core/options.h"
#include "conformance/suite/wire/server_process.h"

namespace phx::conformance {

/// What happened to a server that stopped answering.
struct Recovery {
  bool back = false;
  std::string story;  ///< `it was ended by signal 11 (Segmentation fault), and was restarted`
};

/// Has the command or the address. If it started the server, `options.url` has its port.
class JudgedServer {
 public:
  /// The options must outlive it.
  JudgedServer(Options& options, Network& network) : options_(options), network_(network) {}

  /// Starts the server if there is a command. Then connects, joins and sends a heartbeat.
  /// \return nothing if it answers, otherwise a sentence that says what to do.
  std::optional<std::string> come_up();
  /// Its current fault; nothing if it answers.
  std::optional<std::string> is_wrong() const;
  /// The server does not answer: restarts it, or waits a while until it comes back.
  Recovery recover();
  /// How the process that the suite started ended, if it did, with its last output.
  std::optional<std::string> ended() const;

 private:
  std::optional<std::string> start();
  std::optional<std::string> start_one(std::unique_ptr<ServerProcess>& process);
  Recovery start_anew();
  Recovery wait_for_it();

  Options& options_;
  Network& network_;
  std::unique_ptr<ServerProcess> process_;
  std::vector<std::unique_ptr<ServerProcess>> others_;  ///< At `options.nodes`.
  int restarts_ = 0;
};

}  // namespace phx::conformance
