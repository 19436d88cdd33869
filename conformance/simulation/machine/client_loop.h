#pragma once
/// \file
/// The loop that a simulated client is a guest on: phx::Client takes it as its caller's.

#include "conformance/simulation/machine/network.h"

/// Of this name only here: the library never looks into it.
struct uv_loop_s {
  phx::simulation::Host& host;
  const phx::simulation::Access& access;
};
