/// \file
/// The command line of the soak.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conformance/load/client/target.h"
#include "conformance/load/soak/run.h"

namespace phx::soak {

/// A value.
struct Options {
  bench::Target target;
  std::size_t nodes = 1;
  std::string channel_per = "cluster";  ///< Or `topic`: what the nodes have a Redis channel for.
  Load load;
  std::size_t waves = 0;  ///< If set, a churn instead of a soak.
  std::size_t wave_size = 10'000;
  std::string out;  ///< A folder for the report; empty for none.
  std::vector<std::string> command;
};

/// Parses, or prints help or a complaint and leaves the exit status (0 or 2) in `status`.
std::optional<Options> parse_options(int argc, char** argv, int& status);

}  // namespace phx::soak
