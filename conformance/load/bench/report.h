/// \file
/// Turns the rounds of every case into a table to read and JSON to keep.
#pragma once

#include <string>
#include <vector>

#include "conformance/load/bench/cases.h"

namespace phx::bench {

/// All rounds of one case against one server.
using Rounds = std::vector<Result>;

/// One case, with one list of rounds for each server: one, or several with --versus.
struct Measured {
  Case what;
  std::vector<Rounds> servers;
};

/// The round whose figure is the median; its other numbers belong to it.
Result median(const Rounds& rounds);

/// A table for a terminal, with its footnotes.
std::string table(const std::vector<Measured>& measured);

/// A run's own description. A value.
struct Header {
  std::string machine;
  std::string label;  ///< The user's note, such as a commit.
  double seconds = 0;
  std::vector<std::string> servers;
};

/// The same for programs, with every round, and today's date.
std::string json(const std::vector<Measured>& measured, const Header& header);

}  // namespace phx::bench
