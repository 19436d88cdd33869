#pragma once
/// \file
/// Query strings as connect parameters. Mirrors Plug.Conn.Query.decode/1.

#include <stdexcept>
#include <string_view>

#include "json/json.h"

namespace phx::http {

/// The query can't be decoded: answered with 400.
class BadQuery : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An object of strings; `a[b]=c` makes an object in it, `a[]=c` an array. `+` is a space, a name
/// without `=` gets the empty string, the last of two equal names wins, and a `%` that begins no
/// escape is itself. Each `a[]=c` adds an item, but `a[][b]=1&a[][c]=2` is one item with both:
/// Plug's words for nesting in a list are "ambiguous and unspecified". \throws BadQuery.
Json parse_query(std::string_view query);

/// `%41+b` as `A b`.
std::string percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace phx::http
