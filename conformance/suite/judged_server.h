#pragma once
/// \file
/// The server under test: whether it answers, and how it comes back.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/suite/core/options.h"
#include "conformance/suite/core/subject.h"
#include "conformance/suite/wire/server_process.h"

namespace phx::conformance {

/// Has the command or the address. If it started the server, `options.url` has its port.
class JudgedServer : public Subject {
 public:
  /// The options must outlive it.
  JudgedServer(Options& options, Network& network) : options_(options), network_(network) {}

  /// Connects, joins and sends a heartbeat.
  std::optional<std::string> come_up() override;
  std::optional<std::string> is_wrong() const override;
  Recovery recover() override;
  std::optional<std::string> ended() const override;

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
