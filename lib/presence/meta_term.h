#pragma once
/// \file
/// Converts a presence's meta between JSON and Erlang terms: as Jason encodes a term for clients,
/// and as Phoenix would decode a client's JSON.

#include <optional>
#include <string>

#include "etf/term.h"
#include "etf/writer.h"
#include "json/json.h"

namespace phx::presence {

/// Objects become maps with binary keys, texts become binaries, true, false and null become atoms.
void write_json(etf::Writer& writer, const Json& json);
/// Nothing if the term has no JSON, such as a tuple or a pid in a map: Jason would raise.
std::optional<Json> json_of(const etf::Term& term);
/// A key of any type as text, by String.Chars: a binary, an atom, a number, a charlist.
std::optional<std::string> text_of(const etf::Term& term);

}  // namespace phx::presence
