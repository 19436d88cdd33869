#pragma once
/// \file
/// A join_ref, ref, topic or event as it came: the client chose it, and it is sent back with its
/// type.

#include <string>
#include <string_view>

namespace phx::serializer {

/// Null, a string, or any other JSON value kept as its text. `1` is not `"1"`: Phoenix compares
/// them with `===`, as does this.
class Opaque {
 public:
  enum Kind { null, string, json };

  Opaque() = default;
  Opaque(std::string text) : kind_(string), text_(std::move(text)) {}
  Opaque(std::string_view text) : kind_(string), text_(text) {}
  Opaque(const char* text) : Opaque(std::string_view(text)) {}
  /// Any JSON value that is neither a string nor null; `text` is valid JSON.
  static Opaque other(std::string text) {
    Opaque value(std::move(text));
    value.kind_ = json;
    return value;
  }

  bool is_null() const { return kind_ == null; }
  bool is_string() const { return kind_ == string; }
  /// Whether it is this string.
  bool is(std::string_view text) const { return kind_ == string && text_ == text; }
  bool is_object() const { return kind_ == json && text_.starts_with('{'); }
  /// The string, or the JSON text, or nothing, as from Elixir's to_string/1.
  const std::string& text() const { return text_; }

  bool operator==(const Opaque&) const = default;

 private:
  Kind kind_ = null;
  std::string text_;
};

}  // namespace phx::serializer
