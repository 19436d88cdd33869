#pragma once
/// \file
/// A whole run: the server started if asked, every selected rule judged, the report printed.

#include "conformance/suite/core/options.h"

namespace phx::conformance {

/// \return the program's exit status. Never throws for what a server or a command line can cause.
int run(Options options);

}  // namespace phx::conformance
