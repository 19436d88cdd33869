#pragma once
/// \file
/// Erlang's external term format, as far as tokens carry it: what term_to_binary/1 writes.

#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"

namespace phx::tokens {

/// `{data, signed_at, max_age}`: what a token holds.
struct TokenTerm {
  Json data;
  long long signed_at_ms = 0;
  long long max_age_s = 0;
};

/// Data may be null, booleans, integers, floats, strings, lists, and objects of these.
/// Strings become binaries, objects maps with binary keys.
std::string encode_term(const TokenTerm& term);

/// Nothing where the bytes are no such term, or hold what JSON does not: tuples, and integers over
/// 64 bits. An atom that is a map's key or a value reads as a string, `nil`, `true` and `false`
/// apart.
std::optional<TokenTerm> decode_term(std::string_view bytes);

/// Whatever term the bytes are. What JSON lacks reads as the nearest it has: a tuple as an array, a
/// binary that is no UTF-8 as an array of its bytes, a map's key that is no string as its JSON
/// text. Nothing where the bytes are no term, or an integer in it has over 64 bits.
std::optional<Json> decode_any_term(std::string_view bytes);

}  // namespace phx::tokens
