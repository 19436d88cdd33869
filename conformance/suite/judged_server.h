#pragma once
/// \file
/// The server that is judged, wherever it comes from: is it there, and how does it come back?

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/suite/core/options.h"
#include "conformance/suite/wire/server_process.h"

namespace phx::conformance {

/// What became of a server that stopped answering.
struct Recovery {
  bool back = false;
  std::string story;  ///< `it was ended by signal 11 (Segmentation fault), and was started anew`
};

/// Knows the command or the address. Where it started the server, `options.url` follows its port.
class JudgedServer {
 public:
  /// The options must outlive it.
  JudgedServer(Options& options, Network& network) : options_(options), network_(network) {}

  /// Starts the server if there is a command. Then connects, joins and sends a heartbeat.
  /// \return nothing if it answers, else a sentence that says what to do.
  std::optional<std::string> come_up();
  /// What is wrong with it now; nothing if it answers.
  std::optional<std::string> is_wrong() const;
  /// The server does not answer: brings it back, or waits a while until somebody else does.
  Recovery recover();
  /// How the process that the suite started ended, if it did, with its last words.
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
