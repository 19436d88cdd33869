#pragma once
/// \file
/// A broken invariant as a story: the actions that led to it, the frames, and how to see it again.

#include <string>
#include <vector>

#include "conformance/simulation/play.h"

namespace phx::simulation {

/// Leaves out what the violation does not need: as long as the same invariant breaks, fewer actions
/// are played. `when`: it was broken then; a try that breaks it much later does not count. Each try
/// is a world; there are at most `max_tries`, and two minutes for all.
Play shrunk(const Play& play, const Violation& violation, Clock::time_point when = {},
            std::size_t max_tries = 2'000);

/// The story of a play that kept its trace.
std::string story_of(const Played& played);
/// How to play it again: `make simulate SEED=7 KEEP=0,3`.
std::string command_of(const Play& play);
/// The frames as a HAR, one entry a connection, as phx-trace reads it.
std::string har_of(const std::vector<Wiretap::Passed>& frames);

}  // namespace phx::simulation
