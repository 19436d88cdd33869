/// Reads JSON with a path to each value; the one place of phx-trace that calls Jansson.

#include "traces/phx-trace/json.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "traces/phx-trace/text.h"

namespace phx::trace {
using conformance::as_json;
using conformance::characters;

namespace {

constexpr std::size_t widest_line = 100;

const char* kind_of(const json_t* value) {
  switch (json_typeof(value)) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "an array";
    case JSON_STRING: return "a string";
    case JSON_INTEGER:
    case JSON_REAL: return "a number";
    case JSON_TRUE:
    case JSON_FALSE: return "a boolean";
    case JSON_NULL: return "null";
  }
  return "nothing";
}

std::string number_text(double number) {
  // A JSON number may have no sign of infinity: Jansson refuses to read one.
  return std::floor(number) == number && std::abs(number) < 1e15 ? fmt::format("{:.0f}", number)
                                                                 : fmt::format("{}", number);
}

/// One line, however long it is.
std::string line_of(const json_t* value) {
  switch (json_typeof(value)) {
    case JSON_STRING: return as_json(characters(value));
    case JSON_INTEGER: return fmt::format("{}", json_integer_value(value));
    case JSON_REAL: return number_text(json_real_value(value));
    case JSON_TRUE: return "true";
    case JSON_FALSE: return "false";
    case JSON_NULL: return "null";
    case JSON_ARRAY:
    case JSON_OBJECT: break;
  }
  std::vector<std::string> parts;
  if (json_is_array(value)) {
    for (std::size_t i = 0; i < json_array_size(value); ++i) {
      parts.push_back(line_of(json_array_get(value, i)));
    }
    return fmt::format("[{}]", fmt::join(parts, ", "));
  }
  const char* key = nullptr;
  json_t* member = nullptr;
  json_object_foreach(const_cast<json_t*>(value), key, member) {
    parts.push_back(as_json(key) + ": " + line_of(member));
  }
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

bool is_empty(const json_t* value) {
  return json_is_array(value) ? json_array_size(value) == 0 : json_object_size(value) == 0;
}

/// `used`: the columns before it on its line.
std::string laid_out(const json_t* value, std::size_t indent, std::size_t used) {
  const bool array = json_is_array(value);
  std::string line = line_of(value);
  if ((!array && !json_is_object(value)) || is_empty(value)) return line;
  if (used + columns(line) + 1 <= widest_line) return line;  // one for the comma
  const std::string pad(indent + 2, ' ');
  std::vector<std::string> parts;
  if (array) {
    for (std::size_t i = 0; i < json_array_size(value); ++i) {
      parts.push_back(pad + laid_out(json_array_get(value, i), indent + 2, indent + 2));
    }
  } else {
    const char* key = nullptr;
    json_t* member = nullptr;
    json_object_foreach(const_cast<json_t*>(value), key, member) {
      const std::string name = as_json(key) + ": ";
      parts.push_back(pad + name + laid_out(member, indent + 2, indent + 2 + columns(name)));
    }
  }
  return fmt::format("{}\n{}\n{}{}", array ? '[' : '{', fmt::join(parts, ",\n"),
                     std::string(indent, ' '), array ? ']' : '}');
}

}  // namespace

Value::Value(json_t* owned, std::string path) : value_(owned), path_(std::move(path)) {}

Value Value::member(json_t* value, std::string path) const {
  return Value(json_incref(value), std::move(path));
}

Value Value::parse(std::string_view text) {
  json_error_t error = {};
  json_t* value = json_loadb(text.data(), text.size(), JSON_ALLOW_NUL, &error);
  if (!value && json_error_code(&error) == json_error_numeric_overflow) {  // no 64 bits hold it
    value = json_loadb(text.data(), text.size(), JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
  }
  if (!value) {
    throw BadFile(fmt::format("line {}, column {}: this is not JSON: {}", error.line, error.column,
                              error.text));
  }
  return Value(value, "");
}

Value Value::object() { return Value(json_object(), ""); }
Value Value::array() { return Value(json_array(), ""); }
Value Value::real(double number) { return Value(json_real(number), ""); }
Value Value::boolean(bool value) { return Value(json_boolean(value), ""); }
Value Value::integer(long long number) { return Value(json_integer(number), ""); }
Value Value::text(std::string_view characters) {
  json_t* string = json_stringn(characters.data(), characters.size());
  if (!string) throw BadFile("text that is not UTF-8 can't be written as JSON");
  return Value(string, "");
}

void Value::complain(std::string_view why) const {
  throw BadFile(fmt::format("{}: {}", path_.empty() ? "the file's outermost value" : path_, why));
}

Value Value::at(const char* key) const {
  if (auto found = find(key)) return *found;
  complain(fmt::format("expected a member \"{}\", and there is none", key));
}

std::optional<Value> Value::find(const char* key) const {
  if (!json_is_object(value_.get())) {
    complain(fmt::format("expected an object with \"{}\", got {}", key, kind_of(value_.get())));
  }
  json_t* found = json_object_get(value_.get(), key);
  if (!found || json_is_null(found)) return std::nullopt;
  return member(found, path_.empty() ? key : path_ + "." + key);
}

std::vector<Value> Value::items() const {
  if (!json_is_array(value_.get())) {
    complain(fmt::format("expected an array, got {}", kind_of(value_.get())));
  }
  std::vector<Value> items;
  for (std::size_t i = 0; i < json_array_size(value_.get()); ++i) {
    items.push_back(member(json_array_get(value_.get(), i), fmt::format("{}[{}]", path_, i)));
  }
  return items;
}

std::vector<std::pair<std::string, Value>> Value::members() const {
  if (!json_is_object(value_.get())) {
    complain(fmt::format("expected an object, got {}", kind_of(value_.get())));
  }
  std::vector<std::pair<std::string, Value>> members;
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(value_.get(), key, value) {
    members.emplace_back(key, member(value, path_.empty() ? key : path_ + "." + key));
  }
  return members;
}

std::string Value::string() const {
  if (!is_string()) complain(fmt::format("expected a string, got {}", kind_of(value_.get())));
  return std::string(characters(value_.get()));
}

double Value::number() const {
  if (!json_is_number(value_.get())) {
    complain(fmt::format("expected a number, got {}", kind_of(value_.get())));
  }
  return json_number_value(value_.get());
}

std::string Value::as_text() const {
  if (is_string()) return string();
  return json_is_null(value_.get()) ? "" : compact();
}

std::optional<double> Value::as_number() const {
  if (is_number()) return json_number_value(value_.get());
  if (!is_string()) return std::nullopt;
  const std::string_view text = characters(value_.get());
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

Value& Value::set(const char* key, const Value& member) {
  json_object_set(value_.get(), key, member.value_.get());
  return *this;
}

Value& Value::drop(const char* key) {
  json_object_del(value_.get(), key);
  return *this;
}

Value& Value::add(const Value& item) {
  json_array_append(value_.get(), item.value_.get());
  return *this;
}

void Value::replace_items(const std::vector<Value>& items) {
  std::vector<Value> kept = items;  // they may be the array's own
  json_array_clear(value_.get());
  for (const Value& item : kept) add(item);
}

std::string Value::compact() const { return value_.dump(JSON_COMPACT); }

std::string Value::pretty() const { return laid_out(value_.get(), 0, 0) + "\n"; }

}  // namespace phx::trace
