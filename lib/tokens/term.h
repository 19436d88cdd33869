#pragma once
/// \file
/// The part of Erlang's external term format (term_to_binary/1) that tokens use.

#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"

namespace phx::tokens {

/// A token's contents: `{data, signed_at, max_age}`.
struct TokenTerm {
  Json data;
  long long signed_at_ms = 0;
  long long max_age_s = 0;
};

/// Data may be null, booleans, integers, floats, strings, lists, and objects of these.
/// Strings become binaries, objects maps with binary keys.
std::string encode_term(const TokenTerm& term);

/// A value alone, as a session's cookie holds it: the same types.
std::string encode_value(const Json& value);

/// Nothing if the bytes are not such a term, or hold tuples or integers over 64 bits, which JSON
/// lacks. An atom, as a map's key or a value, is read as a string, except `nil`, `true` and
/// `false`.
std::optional<TokenTerm> decode_term(std::string_view bytes);

/// Decodes any term. What JSON lacks is read as the nearest JSON value: a tuple as an array, a
/// binary that is not valid UTF-8 as an array of its bytes, a map's key that is not a string as its
/// JSON text. Nothing if the bytes are not a term, or if an integer in it has over 64 bits.
std::optional<Json> decode_any_term(std::string_view bytes);

}  // namespace phx::tokens
