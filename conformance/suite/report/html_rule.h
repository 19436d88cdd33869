#pragma once
/// \file
/// One rule on the page: a line that unfolds into its report.

#include <string>
#include <vector>

#include "conformance/suite/core/run.h"

namespace phx::conformance {

std::string html_rule(const Judged& judged, const Options& options);

/// The text, with each rule's id as a link.
std::string with_links(const std::string& text);

/// Links to rules of the same page.
std::string linked(const std::vector<std::string>& ids);

}  // namespace phx::conformance
