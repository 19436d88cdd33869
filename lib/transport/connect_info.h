#pragma once
/// \file
/// What connect learns about a client besides its parameters.

#include "transport/pipeline.h"

namespace phx::transport {

/// Collects what the mount asks for. REQUIRES: the attempt's params are complete. Mirrors
/// Phoenix.Socket.Transport.connect_info/4.
ConnectInfo connect_info(const Attempt& attempt);

}  // namespace phx::transport
