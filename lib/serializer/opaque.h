#pragma once
/// \file
/// A join_ref, ref, topic or event as it came: the client chose it, and it is sent back with its
/// type.

#include <string>
#include <string_view>

#include "base/short_text.h"

namespace phx::serializer {

/// Null, a string, or any other JSON value kept as its text. `1` is not `"1"`: Phoenix compares
/// them with `===`, as does this. It keeps no part of the frame that it came in: it may outlive it.
class Opaque : private ShortText {
 public:
  Opaque() = default;
  Opaque(std::string_view text) : ShortText(text), kind_(Kind::string) {}
  Opaque(const std::string& text) : Opaque(std::string_view(text)) {}
  Opaque(const char* text) : Opaque(std::string_view(text)) {}
  /// A string that JSON writes as it is. REQUIRES: UTF-8 with nothing that must be escaped.
  static Opaque plain(std::string_view text) { return plain(text, text.size()); }
  /// The same for text from whose beginning on `readable` bytes may be read.
  static Opaque plain(std::string_view text, std::size_t readable) {
    return {text, readable, Kind::plain_string};
  }
  /// Any JSON value that is neither a string nor null; `text` is valid JSON.
  static Opaque other(std::string_view text) { return {text, text.size(), Kind::json}; }

  bool is_null() const { return kind_ == Kind::null; }
  bool is_string() const { return kind_ == Kind::string || is_plain(); }
  /// Whether it is a string that needs no escapes, and is known to.
  bool is_plain() const { return kind_ == Kind::plain_string; }
  /// Whether it is this string.
  bool is(std::string_view text) const { return is_string() && view() == text; }
  bool is_object() const { return kind_ == Kind::json && view().starts_with('{'); }
  /// The string, or the JSON text, or nothing, as from Elixir's to_string/1. Valid while this is
  /// neither moved from, assigned to nor destroyed.
  std::string_view text() const { return view(); }

  friend bool operator==(const Opaque& a, const Opaque& b) {
    return a.is_string() == b.is_string() && a.is_null() == b.is_null() && a.view() == b.view();
  }

 private:
  friend class OpaqueView;
  enum class Kind : unsigned char { null, string, plain_string, json };
  Opaque(std::string_view text, std::size_t readable, Kind kind)
      : ShortText(text, readable), kind_(kind) {}

  Kind kind_ = Kind::null;
};
static_assert(sizeof(Opaque) == sizeof(ShortText));

/// An Opaque, or a string, that somebody else keeps: for a call, not to be stored.
class OpaqueView {
 public:
  OpaqueView() = default;
  OpaqueView(const Opaque& of) : text_(of.text()), kind_(of.kind_) {}
  OpaqueView(Opaque&&) = delete;  // it would end before its view
  OpaqueView(const std::string& text) : text_(text), kind_(Opaque::Kind::string) {}
  OpaqueView(std::string&&) = delete;
  OpaqueView(const char* text) : text_(text), kind_(Opaque::Kind::string) {}

  bool is_null() const { return kind_ == Opaque::Kind::null; }
  bool is_string() const { return kind_ == Opaque::Kind::string || is_plain(); }
  bool is_plain() const { return kind_ == Opaque::Kind::plain_string; }
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  Opaque::Kind kind_ = Opaque::Kind::null;
};

}  // namespace phx::serializer
