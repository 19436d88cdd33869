#pragma once
/// \file
/// Which release of the framework a server is most like, told by the rules that releases keep
/// apart.

#include <vector>

#include "conformance/suite/judge.h"

namespace phx::conformance {

/// Judges the rules as each release on record keeps them. \return the one that breaks fewest; of
/// equals the one that was asked for, then the newest. REQUIRES: rules is not empty.
Release nearest_release(const std::vector<Rule>& rules, const Options& options, Network& network);

}  // namespace phx::conformance
