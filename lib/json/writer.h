#pragma once
/// \file
/// From Jansson's tree to a text, as Phoenix writes it.

#include <jansson.h>

#include <string>

namespace phx::json {

/// Compact, keys sorted, nothing escaped that need not be; a real number in the fewest digits that
/// read as the same one.
std::string written(const json_t* tree);

}  // namespace phx::json
