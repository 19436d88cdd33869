#pragma once
/// \file
/// The escapes of JSON strings, as Phoenix's encoder writes them.

#include <string>

namespace phx::json {

/// Appends the escape of a quote, a backslash or a control character.
void append_escape(std::string& out, char c);

}  // namespace phx::json
