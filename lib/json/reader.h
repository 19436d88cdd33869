#pragma once
/// \file
/// Reads a text into Jansson's tree.
///
/// Jansson's own loader takes neither integers beyond 64 bits nor NUL in a key. Phoenix takes both,
/// and our scanner passes them on: one such payload in a room would crash each channel that reads
/// it.

#include <jansson.h>

#include <cstddef>
#include <string_view>

namespace phx::json {

/// Nesting of arrays and objects. It limits the stack of each function that walks a tree, the
/// application's included.
constexpr std::size_t max_depth = 2'048;

/// The caller owns the result. Of a duplicate key the first value counts, as in Elixir. \throws
/// JsonError, naming the byte, for any text that is not one JSON value (RFC 8259) in UTF-8.
json_t* read(std::string_view text);

/// What parsing a text would take, without parsing it.
struct Shape {
  std::size_t depth = 0;  ///< Nesting of arrays and objects.
  std::size_t tree_bytes =
      0;  ///< The approximate memory of the tree's values in bytes, without their text.
};
/// REQUIRES: valid JSON.
Shape shape(std::string_view text);

}  // namespace phx::json
