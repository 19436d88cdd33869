#pragma once
/// \file
/// A failure as plain text: expected, actual, the conversation, the line that repeats it.

#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/core/options.h"
#include "conformance/suite/core/outcome.h"
#include "conformance/suite/core/rule.h"

namespace phx::conformance {

/// A conversation line by line: `     3 ms  → ["1","1",…]`.
std::string told(const std::vector<Conversation>& conversations, std::size_t more = 0);

/// The whole report of an outcome that has one.
std::string story_of(const Rule& rule, const Outcome& outcome, const Options& options);

/// `suite`, `note`, or the side that is judged.
std::string_view who(Transcript::Direction direction, Side side);

/// `→` to the one that is judged, `←` from it, `·` a remark.
const char* arrow_of(Transcript::Direction direction);

}  // namespace phx::conformance
