#pragma once
/// \file
/// What connect is told of a client beside its parameters.

#include "transport/pipeline.h"

namespace phx::transport {

/// Collects what the mount asks for. REQUIRES: the attempt's params are complete. Mirrors
/// Phoenix.Socket.Transport.connect_info/4.
ConnectInfo connect_info(const Attempt& attempt);

}  // namespace phx::transport
