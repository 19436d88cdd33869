#pragma once
/// \file
/// Where docs/protocol.md states what a rule judges.

#include <string_view>

namespace phx::conformance {

/// The number of the one sentence that names the rule: `3.1`; empty if the page names no such rule,
/// which `make pages` finds. From any thread.
std::string_view sentence_number(std::string_view id);

}  // namespace phx::conformance
