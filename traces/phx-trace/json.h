#pragma once
/// \file
/// A HAR file's JSON: errors name the place, and it is written for small diffs.

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/wire/json.h"

namespace phx::trace {

/// The file is not HAR, or not JSON; what() says where, and what was expected there.
class BadFile : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One value and its path (`log.entries[3].request`). Copies share the value.
class Value {
 public:
  /// Reads a whole file. \throws BadFile with line and column if it is not JSON.
  static Value parse(std::string_view text);
  static Value object();
  static Value array();
  static Value text(std::string_view characters);
  static Value real(double number);
  static Value integer(long long number);
  static Value boolean(bool value);

  /// The member. \throws BadFile if this is not an object, or has no such member.
  Value at(const char* key) const;
  /// The member, or nothing if there is none or it is null. \throws BadFile if this is not an
  /// object.
  std::optional<Value> find(const char* key) const;
  /// An array's elements. \throws BadFile if this is not an array.
  std::vector<Value> items() const;
  /// An object's members in the order of the file. \throws BadFile if this is not an object.
  std::vector<std::pair<std::string, Value>> members() const;

  std::string string() const;  ///< \throws BadFile if this is not a string.
  double number() const;       ///< \throws BadFile if this is not a number.
  /// A string as it is, nothing for null, the JSON of anything else.
  std::string as_text() const;
  /// A number, or a string that holds one and nothing else.
  std::optional<double> as_number() const;
  bool is_true() const { return json_is_true(value_.get()); }
  bool is_object() const { return json_is_object(value_.get()); }
  bool is_array() const { return json_is_array(value_.get()); }
  bool is_string() const { return json_is_string(value_.get()); }
  bool is_number() const { return json_is_number(value_.get()); }
  bool is_boolean() const { return json_is_boolean(value_.get()); }

  /// Adds or replaces a member. REQUIRES: an object. Copies see the change too.
  Value& set(const char* key, const Value& member);
  Value& drop(const char* key);
  /// REQUIRES: an array.
  Value& add(const Value& item);
  void replace_items(const std::vector<Value>& items);

  /// On one line, without spaces, in the order of its members.
  std::string compact() const;
  /// The whole as a file: values that fit on a line of 100 columns are on one.
  std::string pretty() const;

  /// \throws BadFile: the path, and then `why`.
  [[noreturn]] void complain(std::string_view why) const;
  const conformance::Json& json() const { return value_; }
  const json_t* get() const { return value_.get(); }

 private:
  Value(json_t* owned, std::string path);
  Value member(json_t* value, std::string path) const;

  conformance::Json value_;
  std::string path_;
};

}  // namespace phx::trace
