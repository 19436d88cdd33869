#pragma once
/// \file
/// The run as JSON, for programs: conformance/suite/report/report.schema.json describes it.

#include <string>

#include "conformance/suite/core/run.h"

namespace phx::conformance {

std::string json_of(const Run& run);

}  // namespace phx::conformance
