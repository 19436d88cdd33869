#pragma once
/// \file
/// Integers beyond 64 bits, which Elixir takes and Jansson has no type for.
///
/// Each is stored as a string of its digits, after a byte that no text contains. So it equals only
/// itself, is copied like any string, and is written as it came.

#include <jansson.h>

#include <string>
#include <string_view>

namespace phx::json {

inline constexpr char big_integer_mark = '\xFF';  // never in UTF-8

inline bool is_big_integer(const json_t* value) {
  return json_is_string(value) && *json_string_value(value) == big_integer_mark;
}
/// `digits` may begin with a `-`.
inline json_t* big_integer(std::string_view digits) {
  const std::string kept = std::string(1, big_integer_mark).append(digits);
  return json_stringn_nocheck(kept.data(), kept.size());
}
/// REQUIRES: is_big_integer(value).
inline std::string_view digits_of(const json_t* value) {
  return std::string_view(json_string_value(value), json_string_length(value)).substr(1);
}

}  // namespace phx::json
