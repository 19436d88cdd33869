#pragma once
/// \file
/// Writes the reports that the command line asked for.

#include <optional>
#include <string>

#include "conformance/suite/core/run.h"

namespace phx::conformance {

/// Whether each file can be written, asked before the run: nothing if so, else which can't.
std::optional<std::string> unwritable(const ReportFiles& files);

/// Nothing if all could be written, else which could not.
std::optional<std::string> write_reports(const Run& run);

}  // namespace phx::conformance
