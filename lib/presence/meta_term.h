#pragma once
/// \file
/// What a presence says of itself, between JSON and Erlang's terms: as Jason shows a term to
/// clients, and as Phoenix would have had it from a client's JSON.

#include <optional>
#include <string>

#include "etf/term.h"
#include "etf/writer.h"
#include "json/json.h"

namespace phx::presence {

/// Objects become maps with binary keys, texts binaries, true, false and null atoms.
void write_json(etf::Writer& writer, const Json& json);
/// Nothing where JSON has nothing like it, a tuple or a pid within a map, say: Jason would raise.
std::optional<Json> json_of(const etf::Term& term);
/// A key of any kind with String.Chars as text: a binary, an atom, a number, a charlist.
std::optional<std::string> text_of(const etf::Term& term);

}  // namespace phx::presence
