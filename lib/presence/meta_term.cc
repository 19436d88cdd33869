/// Walks JSON, and walks terms.

#include "presence/meta_term.h"

#include "etf/decimal.h"
#include "json/big_integer.h"
#include "serializer/json_term.h"

namespace phx::presence {
namespace {

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

std::optional<Json> json_of(const etf::Term& term) try {
  return Json::parse(serializer::json_of(term));
} catch (const serializer::NoJson&) {
  return std::nullopt;
}

std::optional<std::string> text_of(const etf::Term& term) try {
  return term.is_nil() ? "" : serializer::key_text(term);
} catch (const serializer::NoJson&) {
  return std::nullopt;
}

}  // namespace phx::presence
