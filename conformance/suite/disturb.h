#pragma once
/// \file
/// `phx-conformance disturb`: a proxy that breaks a connection where its user says.

namespace phx::conformance {

/// Runs until SIGINT or SIGTERM. \return the exit status: 0, or 2 for a wrong command line.
int disturb(int argc, const char* const* argv);

}  // namespace phx::conformance
