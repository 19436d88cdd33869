#pragma once
/// \file
/// Writes the reports that the command line asked for.

#include <optional>
#include <string>

#include "conformance/suite/run.h"

namespace phx::conformance {

/// Nothing if all could be written, else which could not.
std::optional<std::string> write_reports(const Run& run);

}  // namespace phx::conformance
