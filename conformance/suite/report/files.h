#pragma once
/// \file
/// Writes the reports that the command line asked for.

#include <optional>
#include <string>

#include "conformance/suite/core/run.h"

namespace phx::conformance {

/// Checked before the run: nothing if each file can be written, otherwise which can't.
std::optional<std::string> unwritable(const ReportFiles& files);

/// Nothing if all could be written, otherwise which could not.
std::optional<std::string> write_reports(const Run& run);

}  // namespace phx::conformance
