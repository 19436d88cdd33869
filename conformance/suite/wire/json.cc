/// Reads and compares JSON.

#include "conformance/suite/wire/json.h"

#include <cstdlib>

#include "conformance/suite/wire/last_read.h"

namespace phx::conformance {
namespace {

bool same(const json_t* expected, const json_t* actual);

bool same_object(const json_t* expected, const json_t* actual) {
  if (json_object_size(expected) != json_object_size(actual)) return false;
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(expected), key, value) {
    const json_t* other = json_object_get(actual, key);
    if (!other || !same(value, other)) return false;
  }
  return true;
}

bool same_array(const json_t* expected, const json_t* actual) {
  if (json_array_size(expected) != json_array_size(actual)) return false;
  for (std::size_t i = 0; i < json_array_size(expected); ++i) {
    if (!same(json_array_get(expected, i), json_array_get(actual, i))) return false;
  }
  return true;
}

bool same(const json_t* expected, const json_t* actual) {
  if (json_is_string(expected) && characters(expected) == any_value) return true;
  if (json_typeof(expected) != json_typeof(actual)) return false;
  switch (json_typeof(expected)) {
    case JSON_OBJECT: return same_object(expected, actual);
    case JSON_ARRAY: return same_array(expected, actual);
    case JSON_STRING: return characters(expected) == characters(actual);
    case JSON_INTEGER: return json_integer_value(expected) == json_integer_value(actual);
    case JSON_REAL: return json_real_value(expected) == json_real_value(actual);
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL: return true;
  }
  return false;
}

std::optional<Json> parse(std::string_view text) {
  if (text.find('\0') != text.npos) return std::nullopt;  // Jansson takes it as the text's end
  const std::size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES;
  json_t* value = json_loadb(text.data(), text.size(), flags, nullptr);
  if (!value) return std::nullopt;
  return Json(value);
}

}  // namespace

Json Json::operator[](std::string_view key) const {
  json_t* member = json_object_get(value_.get(), std::string(key).c_str());
  return Json(member ? json_incref(member) : json_null());
}

Json Json::operator[](std::size_t index) const {
  json_t* element = json_array_get(value_.get(), index);
  return Json(element ? json_incref(element) : json_null());
}

std::string Json::text() const {
  return json_is_string(value_.get()) ? std::string(characters(value_.get())) : "";
}

std::string Json::dump() const { return dump(JSON_COMPACT | JSON_SORT_KEYS); }

std::string Json::dump(std::size_t flags) const {
  const std::unique_ptr<char, decltype(&std::free)> text(
      json_dumps(value_.get(), flags | JSON_ENCODE_ANY), &std::free);
  return text ? text.get() : "(no JSON)";
}

std::optional<Json> parse_json(std::string_view text) {
  thread_local LastRead<std::optional<Json>> last;
  return last.of(text, parse);
}

bool matches(const Json& expected, const Json& actual) {
  return same(expected.get(), actual.get());
}

std::string_view characters(const json_t* string) {
  return {json_string_value(string), json_string_length(string)};
}

std::string as_json(std::string_view text) {
  json_t* string = json_stringn(text.data(), text.size());
  return string ? Json(string).dump() : "\"\"";
}

}  // namespace phx::conformance
