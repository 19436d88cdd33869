#pragma once
/// \file
/// Writes Jansson's tree as text, as Phoenix does.

#include <jansson.h>

#include <string>

namespace phx::json {

/// Compact, with keys sorted and only what must be escaped; a real number gets the fewest digits
/// that read as the same number.
std::string written(const json_t* tree);

}  // namespace phx::json
