#pragma once
/// \file
/// Texts as a terminal, a book and a picture show them: how wide they are, and how they are cut.

#include <string>
#include <string_view>
#include <vector>

namespace phx::trace {

/// Characters of a UTF-8 text. (A wide or a combining one counts as one.)
std::size_t columns(std::string_view text);

/// The text within so many columns; what was longer ends in `…`.
std::string cut(std::string_view text, std::size_t most);

/// The text without line ends and control characters, which become escapes; bytes that are no
/// UTF-8 become `\xff`.
std::string printable(std::string_view text);

/// `00 01 ff`: the first bytes, and `…` if there are more.
std::string hex(std::string_view bytes, std::size_t most);

/// Words set in lines of at most so many columns.
std::vector<std::string> wrapped(std::string_view text, std::size_t most);

/// RFC 4648, with padding.
std::string base64(std::string_view bytes);
/// Nothing for what is no base64.
bool from_base64(std::string_view text, std::string& bytes);

}  // namespace phx::trace
