#pragma once
/// \file
/// A connection to a server anywhere, for a proxy in front of it.

#include "conformance/suite/wire/url.h"

namespace phx::conformance {

/// A connected socket, which the caller closes; -1 if the server can't be reached. Blocks.
int connect_to(const Url& url);

}  // namespace phx::conformance
