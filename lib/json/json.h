#pragma once
/// \file
/// JSON as a value: what a handler reads from a payload and builds its replies from.
///
///     Json reply = Json::object({{"count", 3}});
///     reply.set("next", reply["count"].integer_or(0) + 1);

#include <jansson.h>

#include <concepts>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/big_integer.h"

namespace phx {

/// The text is not valid JSON; what() says where and why.
class JsonError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One JSON value. Copies are cheap, because they share; a change copies first, so other copies
/// stay as they are. Several threads may read and copy a value at once; only one may use it during
/// a change.
class Json {
 public:
  using Member = std::pair<std::string_view, Json>;

  Json() : Json(nullptr) {}
  Json(std::nullptr_t);
  Json(bool value);
  Json(double value);
  Json(std::string_view text);
  Json(const char* text) : Json(std::string_view(text)) {}
  Json(const std::string& text) : Json(std::string_view(text)) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Json(T value) : Json(integer(value)) {}

  /// An object of these members, in the form of a payload: `{{"user", {{"name", "Ann"}}}, {"n",
  /// 3}}`.
  Json(std::initializer_list<Member> members) : Json(object(members)) {}

  static Json object(std::initializer_list<Member> members = {});
  static Json array(std::initializer_list<Json> items = {});
  /// Parses any JSON value, not only an object, nested up to json::max_depth. Integers of any size
  /// and `\u0000` in strings and keys are kept. \throws JsonError.
  static Json parse(std::string_view text);
  /// Takes over a reference that the caller owned.
  static Json steal(json_t* value);
  /// Adds a reference to a value that the caller keeps.
  static Json borrow(json_t* value);

  Json(const Json& other) : Json(borrow(other.value_.get())) {}
  Json(Json&&) noexcept = default;
  Json& operator=(const Json& other) { return *this = Json(other); }
  Json& operator=(Json&&) noexcept = default;

  /// Compact, with keys sorted and only what must be escaped, as Phoenix writes it. Integers keep
  /// all their digits; real numbers get the fewest that read as the same number.
  std::string dump() const;

  bool is_null() const { return json_is_null(value_.get()); }
  bool is_object() const { return json_is_object(value_.get()); }
  bool is_array() const { return json_is_array(value_.get()); }
  bool is_string() const { return json_is_string(value_.get()) && !is_big_integer(); }
  /// Of any size. dump() writes all digits, even of one that integer_or can't return.
  bool is_integer() const { return json_is_integer(value_.get()) || is_big_integer(); }

  /// The members of an object or the items of an array; otherwise 0.
  std::size_t size() const;
  /// The member; null if there is none, or if this is not an object.
  Json operator[](std::string_view key) const;
  Json operator[](std::size_t index) const;
  bool has(std::string_view key) const;
  /// An object's members, ordered by key; otherwise none.
  std::vector<std::pair<std::string, Json>> sorted_members() const;

  std::string string_or(std::string_view otherwise) const;
  /// The integer; `otherwise` if it is not one, or beyond 64 bits.
  long long integer_or(long long otherwise) const;

  /// REQUIRES: is_object(). Adds or replaces a member.
  void set(std::string_view key, Json value);
  /// REQUIRES: is_array().
  void append(Json item);

  bool operator==(const Json& other) const;

  json_t* get() const { return value_.get(); }

 private:
  struct Release {
    void operator()(json_t* value) const;
  };
  explicit Json(json_t* owned, int) : value_(owned) {}
  template <std::integral T>
  static Json integer(T value) {
    if (!std::in_range<json_int_t>(value)) return steal(json::big_integer(std::to_string(value)));
    return steal(json_integer(static_cast<json_int_t>(value)));
  }
  bool is_big_integer() const { return json::is_big_integer(value_.get()); }
  void own_alone();

  std::unique_ptr<json_t, Release> value_;
};

}  // namespace phx
