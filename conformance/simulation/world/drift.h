#pragma once
/// \file
/// How far a machine's clock is from the right speed, in a world where clocks drift.

#include <cstdint>
#include <string>

#include "conformance/simulation/machine/random.h"

namespace phx::simulation {

/// Quartz is right to a hundred parts in a million; some machines are worse.
inline int drift_of(std::uint64_t seed, const std::string& host) {
  constexpr std::uint64_t most = 2'000;
  return static_cast<int>(Random(seed, "drift of " + host).below(2 * most + 1)) -
         static_cast<int>(most);
}

}  // namespace phx::simulation
