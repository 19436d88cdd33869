#pragma once
/// \file
/// JSON as the term that Jason decodes it to, and a term as the JSON that Jason encodes it to.

#include <stdexcept>
#include <string>
#include <string_view>

#include "etf/term.h"

namespace phx::serializer {

/// Jason would raise: the term has no JSON. Or it is one beyond the limits.
class NoJson : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Strings and keys become binaries; a number with a fraction or an exponent a float, any other an
/// integer of any size. Of two members with one key the first stays. REQUIRES: valid JSON.
/// \throws NoJson where it is nested more than 200 deep, or where an integer has more than 10,000
/// digits or a float no value.
etf::Term term_of(std::string_view json);

/// Compact. An atom is its name, but for `nil`, `true` and `false`; keys are texts; DateTime, Date,
/// Time and NaiveDateTime are ISO 8601. \throws NoJson for what Jason can't encode: tuples, pids,
/// references, funs, bits, improper lists, other structs, binaries that are not valid UTF-8.
std::string json_of(const etf::Term& term);

/// A key of a map as text, as String.Chars has it: a binary, an atom, a number, a charlist. Valid
/// UTF-8. \throws NoJson for any other.
std::string key_text(const etf::Term& key);

/// A float as Erlang writes it, the shortest text that reads back the same: `1.0`, `1.0e300`.
std::string text_of(double value);

}  // namespace phx::serializer
