/// \file
/// The command line of the load client.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conformance/bench/cases.h"
#include "conformance/bench/target.h"

namespace phx::bench {

/// A value.
struct Options {
  Target target;
  std::optional<Target> versus;
  double seconds = 3;
  std::size_t rounds = 1;
  std::string json;
  std::vector<Case> cases;
  std::vector<std::string> command;
};

/// Parses, or prints help or a complaint and leaves the exit status (0 or 2) in `status`.
std::optional<Options> parse_options(int argc, char** argv, int& status);

}  // namespace phx::bench
