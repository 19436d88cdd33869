#pragma once
/// \file
/// JSON values, compared by value: key order is ignored, types are strict.
/// The one owner of Jansson's values in the tools.

#include <jansson.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace phx::conformance {

/// Matches any value in an expected one. A rule uses it only for parts that it leaves open.
inline constexpr std::string_view any_value = "{any}";

/// One JSON value. Copies share it, so change it only before it is copied.
class Json {
 public:
  /// Takes the caller's reference.
  explicit Json(json_t* owned) : value_(owned, [](json_t* value) { json_decref(value); }) {}

  Json operator[](std::string_view key) const;  ///< An object's member; null if there is none.
  Json operator[](std::size_t index) const;     ///< An array's element; null if there is none.
  std::string text() const;                     ///< A string's characters; "" for anything else.
  std::string dump() const;                     ///< Compact, keys sorted.
  std::string dump(std::size_t flags) const;    ///< With these flags of Jansson's.
  json_t* get() const { return value_.get(); }

 private:
  std::shared_ptr<json_t> value_;
};

/// Nothing for text that is not JSON, has a duplicate key, or nests deeper than Jansson's limit
/// (2048). A long text that comes again may get the value of the first time.
std::optional<Json> parse_json(std::string_view text);

/// `1` is not `1.0` and not `"1"`; an object's keys must be the same; `{any}` matches everything.
bool matches(const Json& expected, const Json& actual);

/// A string's characters. Views into the value.
std::string_view characters(const json_t* string);

/// The text as a JSON string, quotes and escapes included.
std::string as_json(std::string_view text);

}  // namespace phx::conformance
