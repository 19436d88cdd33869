#pragma once
/// \file
/// Terms, and redis-cli's quotes, as text. For overhear.cc.

#include <string>
#include <string_view>

#include "etf/term.h"

namespace phx::overheard {

/// As Elixir would write it, structs as the maps that they are. What is longer than `width` is
/// broken into lines.
std::string text(const etf::Term& term, std::size_t width = std::string::npos);

/// Without redis-cli's escapes: `\x83h\x06` is three bytes.
std::string unquoted(std::string_view text);

/// At most this number of characters, the last of them `…` if some were left out.
std::string cut(const std::string& text, std::size_t characters);

}  // namespace phx::overheard
