/// \file
/// Asks a server whether a topic may be joined, before a case relies on it.
#pragma once

#include <string>
#include <string_view>

#include "conformance/load/bench/measure.h"

namespace phx::bench {

/// True when one connection's join of `topic` is answered with ok, false when it is refused.
/// Throws Failure when no answer comes.
bool may_join(const Context& context, std::string_view topic);

/// A topic of the contract without other traffic, for silent members.
std::string idle_topic(std::size_t index, std::size_t nth);

}  // namespace phx::bench
