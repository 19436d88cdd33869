#pragma once
/// \file
/// A whole run: starts the server if asked, judges every selected rule, prints the report.

#include "conformance/suite/core/options.h"

namespace phx::conformance {

/// \return the program's exit status. Does not throw, whatever a server or a command line does.
int run(Options options);

}  // namespace phx::conformance
