/// \file
/// The command line of the load client.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conformance/load/bench/cases.h"
#include "conformance/load/client/target.h"

namespace phx::bench {

/// A server to measure: one that already runs, or a command. A value.
struct Contender {
  std::string name;  ///< For the report: its URL, or its command.
  Target target;
  std::vector<std::string> command;  ///< Empty: it already runs, at `target`.
  std::size_t nodes = 1;             ///< How many copies to start, as a cluster's nodes.
};

/// A value.
struct Options {
  std::vector<Contender> contenders;  ///< One, or several to be measured in turns.
  double seconds = 3;
  std::size_t rounds = 1;
  std::size_t retries = 0;
  std::string json;
  std::string label;
  std::vector<Case> cases;
};

/// Parses, or prints help or a complaint and leaves the exit status (0 or 2) in `status`.
std::optional<Options> parse_options(int argc, char** argv, int& status);

}  // namespace phx::bench
