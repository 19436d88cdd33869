#pragma once
/// \file
/// The run as one self-contained page: no scripts, no fonts, no second file.

#include <string>
#include <string_view>

#include "conformance/suite/core/run.h"

namespace phx::conformance {

std::string html_of(const Run& run);

/// The page's style sheet.
std::string_view html_style();

}  // namespace phx::conformance
