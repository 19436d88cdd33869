#pragma once
/// \file
/// JSON to the term that Jason decodes, and a term to the JSON that Jason encodes.

#include <stdexcept>
#include <string>
#include <string_view>

#include "etf/term.h"

namespace phx::serializer {

/// The term has no JSON (Jason would raise), or exceeds the limits.
class NoJson : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Strings and keys become binaries; a number with a fraction or an exponent becomes a float, any
/// other an integer of any size. Of two members with the same key the first stays. REQUIRES: valid
/// JSON. \throws NoJson for more than 200 levels, an integer of more than 10,000 digits, or a float
/// too large for 64 bits.
etf::Term term_of(std::string_view json);

/// Compact. An atom becomes its name, except `nil`, `true` and `false`; keys become texts;
/// DateTime, Date, Time and NaiveDateTime are ISO 8601. \throws NoJson for what Jason can't encode:
/// tuples, pids, references, funs, bits, improper lists, other structs, binaries that are not valid
/// UTF-8.
std::string json_of(const etf::Term& term);

/// A map's key as text, by String.Chars: a binary, an atom, a number or a charlist. Valid UTF-8.
/// \throws NoJson for any other.
std::string key_text(const etf::Term& key);

/// A float as Erlang writes it, the shortest text that reads back the same: `1.0`, `1.0e300`.
std::string text_of(double value);

}  // namespace phx::serializer
