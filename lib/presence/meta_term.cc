/// Walking JSON, and walking terms.

#include "presence/meta_term.h"

#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "etf/decimal.h"
#include "etf/iso_time.h"
#include "json/big_integer.h"

namespace phx::presence {
namespace {

/// Terms within terms, of a stranger.
constexpr int max_depth = 64;

bool is_text(std::string_view bytes) { return utf8_prefix(bytes) == bytes.size(); }

void write_string(etf::Writer& writer, const json_t* value) {
  if (json::is_big_integer(value)) return writer.term(etf::integer_of(json::digits_of(value)));
  writer.binary({json_string_value(value), json_string_length(value)});
}

void write_array(etf::Writer& writer, const Json& array) {
  if (array.size() > 0) writer.list(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) write_json(writer, array[i]);
  writer.empty_list();
}

void write_object(etf::Writer& writer, const Json& object) {
  writer.map(object.size());
  for (const auto& [key, value] : object.sorted_members()) {
    writer.binary(key);
    write_json(writer, value);
  }
}

std::optional<Json> json_at(const etf::Term& term, int depth);

std::optional<Json> array_of(const etf::List& list, int depth) {
  if (list.tail) return std::nullopt;
  Json array = Json::array();
  for (const etf::Term& item : list.items) {
    auto value = json_at(item, depth);
    if (!value) return std::nullopt;
    array.append(std::move(*value));
  }
  return array;
}

std::optional<Json> object_of(const etf::Term& map, int depth) {
  if (map.find_atom("__struct__") != nullptr) {
    const auto text = etf::iso_text(map);
    return text ? std::optional<Json>(*text) : std::nullopt;
  }
  Json object = Json::object();
  for (const auto& [key, value] : map.get<etf::Map>()->pairs) {
    const auto name = text_of(key);
    auto member = json_at(value, depth);
    if (!name || !member) return std::nullopt;
    object.set(*name, std::move(*member));
  }
  return object;
}

std::optional<Json> json_of_atom(const etf::Atom& atom) {
  if (atom.name == "nil") return Json();
  if (atom.name == "true") return Json(true);
  if (atom.name == "false") return Json(false);
  return Json(atom.name);
}

std::optional<Json> json_at(const etf::Term& term, int depth) {
  if (depth >= max_depth) return std::nullopt;
  if (const auto* text = term.get<std::string>()) {
    return is_text(*text) ? std::optional<Json>(*text) : std::nullopt;
  }
  if (const auto* integer = term.get<long long>()) return Json(*integer);
  if (const auto* big = term.get<etf::BigInteger>()) {
    if (etf::has_too_many_digits(*big)) return std::nullopt;
    return Json::steal(json::big_integer(etf::digits_of(*big)));
  }
  if (const auto* real = term.get<double>()) {
    return std::isfinite(*real) ? std::optional<Json>(*real) : std::nullopt;
  }
  if (const auto* atom = term.get<etf::Atom>()) return json_of_atom(*atom);
  if (const auto* list = term.get<etf::List>()) return array_of(*list, depth + 1);
  if (term.get<etf::Map>() != nullptr) return object_of(term, depth + 1);
  return std::nullopt;
}

}  // namespace

void write_json(etf::Writer& writer, const Json& json) {
  json_t* value = json.get();
  switch (json_typeof(value)) {
    case JSON_OBJECT: return write_object(writer, json);
    case JSON_ARRAY: return write_array(writer, json);
    case JSON_STRING: return write_string(writer, value);
    case JSON_INTEGER: return writer.integer(json_integer_value(value));
    case JSON_REAL: return writer.real(json_real_value(value));
    case JSON_TRUE: return writer.atom("true");
    case JSON_FALSE: return writer.atom("false");
    case JSON_NULL: return writer.atom("nil");
  }
}

std::optional<Json> json_of(const etf::Term& term) { return json_at(term, 0); }

std::optional<std::string> text_of(const etf::Term& term) {
  if (const auto* text = term.get<std::string>()) {
    return is_text(*text) ? std::optional<std::string>(*text) : std::nullopt;
  }
  if (const auto* atom = term.get<etf::Atom>()) {
    return atom->name == "nil" ? std::string() : atom->name;  // as String.Chars has it
  }
  if (const auto* integer = term.get<long long>()) return std::to_string(*integer);
  return std::nullopt;
}

}  // namespace phx::presence
