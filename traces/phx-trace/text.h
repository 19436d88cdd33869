#pragma once
/// \file
/// Texts for a terminal, a book and a picture: their width, and cutting them.

#include <string>
#include <string_view>
#include <vector>

namespace phx::trace {

/// Bytes of the UTF-8 character that the text begins with; 0 if those bytes are not one (a half of
/// a surrogate pair and an overlong form are not). REQUIRES: a text that is not empty.
std::size_t character_size(std::string_view text);

/// Whether the bytes are characters, all of them.
bool is_utf8(std::string_view bytes);

/// Characters of a UTF-8 text. (A wide or a combining one counts as one.)
std::size_t columns(std::string_view text);

/// The text within `most` columns; a longer one ends in `…`.
std::string cut(std::string_view text, std::size_t most);

/// The text without line ends and control characters, which become escapes; bytes that are not
/// UTF-8 become `\xff`.
std::string printable(std::string_view text);

/// `00 01 ff`: the first bytes, and `…` if there are more.
std::string hex(std::string_view bytes, std::size_t most);

/// Words set in lines of at most `most` columns.
std::vector<std::string> wrapped(std::string_view text, std::size_t most);

/// RFC 4648, with padding.
std::string base64(std::string_view bytes);
/// Takes either alphabet of RFC 4648, with or without padding and line breaks. \return false for
/// anything else.
bool from_base64(std::string_view text, std::string& bytes);

}  // namespace phx::trace
