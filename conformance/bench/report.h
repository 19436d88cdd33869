/// \file
/// Turns the rounds of every case into a table to read and JSON to keep.
#pragma once

#include <string>
#include <vector>

#include "conformance/bench/cases.h"

namespace phx::bench {

/// All rounds of one case against one server.
using Rounds = std::vector<Result>;

/// One case, with one list of rounds for each server: one, or two with --versus.
struct Measured {
  Case what;
  std::vector<Rounds> servers;
};

/// The round whose figure is the median; its other numbers belong to it.
Result median(const Rounds& rounds);

/// A table for a terminal, with its footnotes.
std::string table(const std::vector<Measured>& measured);

/// The same for programs, with every round; `names` are the servers'.
std::string json(const std::vector<Measured>& measured, const std::vector<std::string>& names,
                 double seconds);

}  // namespace phx::bench
