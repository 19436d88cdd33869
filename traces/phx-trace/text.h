#pragma once
/// \file
/// Texts for a terminal, a book and a picture: their width, and cutting them.

#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/wire/base64.h"
#include "conformance/suite/wire/utf8.h"

namespace phx::trace {

using conformance::base64;
using conformance::character_size;
using conformance::columns;
using conformance::from_base64;
using conformance::is_utf8;
using conformance::printable;

/// The text within `most` columns; a longer one ends in `…`.
std::string cut(std::string_view text, std::size_t most);

/// `00 01 ff`: the first bytes, and `…` if there are more.
std::string hex(std::string_view bytes, std::size_t most);

/// Words set in lines of at most `most` columns.
std::vector<std::string> wrapped(std::string_view text, std::size_t most);

}  // namespace phx::trace
