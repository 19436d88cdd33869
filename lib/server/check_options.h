#pragma once
/// \file
/// Refuses options with which a server would serve nobody: no worker threads, no time to write.

#include "server/server.h"

namespace phx::server {

/// \throws OptionError for the first limit or time that is too small to work with.
void check_options(const ServerOptions& options);

}  // namespace phx::server
