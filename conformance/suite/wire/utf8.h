#pragma once
/// \file
/// Where the characters of a text begin and end, and how other bytes are shown.

#include <cstddef>
#include <string>
#include <string_view>

namespace phx::conformance {

/// Whether this byte is not a later byte of a character.
constexpr bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

/// Bytes of the UTF-8 character that the text begins with; 0 if those bytes are not one (a half of
/// a surrogate pair and an overlong form are not). REQUIRES: a text that is not empty.
std::size_t character_size(std::string_view text);

/// Whether the bytes are characters, all of them.
bool is_utf8(std::string_view bytes);

/// Characters of a UTF-8 text. (A wide or a combining one counts as one.)
std::size_t columns(std::string_view text);

/// The text without line ends and control characters, which become escapes; bytes that are not
/// UTF-8 become `\xff`.
std::string printable(std::string_view text);

}  // namespace phx::conformance
