#pragma once
/// \file
/// What a world may ask a simulated loop.

#include "net/loop.h"

namespace phx::simulation {

/// Whether net::Loop::stop was called: run() would have returned.
bool has_stopped(net::Loop& loop);

}  // namespace phx::simulation
