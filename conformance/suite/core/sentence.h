#pragma once
/// \file
/// The sentence of docs/protocol.md that a rule judges.

#include <string_view>

namespace phx::conformance {

/// The number of the one sentence that names the rule: `3.1`; empty if the page does not name the
/// rule, which `make pages` reports. Any thread.
std::string_view sentence_number(std::string_view id);

}  // namespace phx::conformance
