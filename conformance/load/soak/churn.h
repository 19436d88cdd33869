/// \file
/// Waves of connections that connect, join and close: afterwards memory must be back at its base.
#pragma once

#include "conformance/load/client/target.h"

namespace phx::soak {

/// Runs the waves, reports each on stderr, and returns whether memory came back after every one.
/// REQUIRES: target.pid. Throws bench::Failure if the server is wrong.
bool churn(const bench::Target& target, std::size_t waves, std::size_t wave_size);

}  // namespace phx::soak
