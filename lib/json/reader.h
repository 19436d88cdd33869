#pragma once
/// \file
/// From a text to Jansson's tree of it.
///
/// Jansson's own loader takes neither integers beyond 64 bits nor NUL in a key, which Phoenix takes
/// and our scanner passes on: one such payload in a room would crash each channel that reads it.

#include <jansson.h>

#include <cstddef>
#include <string_view>

namespace phx::json {

/// Arrays and objects within each other. Limits the stack of each function that walks a tree, the
/// application's, too.
constexpr std::size_t max_depth = 2'048;

/// The caller owns what is returned. Of a key that comes twice the first value counts,
/// as in Elixir.
/// \throws JsonError, naming the byte, for any text that is not one JSON value (RFC 8259) in UTF-8.
json_t* read(std::string_view text);

/// What reading a text would take, without reading it.
struct Shape {
  std::size_t depth = 0;       ///< Arrays and objects within each other.
  std::size_t tree_bytes = 0;  ///< About what the tree's values take in memory, without their text.
};
/// REQUIRES: valid JSON.
Shape shape(std::string_view text);

}  // namespace phx::json
