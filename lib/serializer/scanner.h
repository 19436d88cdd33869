#pragma once
/// \file
/// Reads JSON without building a tree: one pass that validates, and locates each value.
///
/// The grammar is RFC 8259's. Strings are checked for valid UTF-8, escapes for whole surrogate
/// pairs, and numbers with an exponent for fitting a double: it refuses what Elixir's decoder
/// refuses. Only the frame's size limits nesting (a bit a bracket).

#include <cstddef>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace phx::serializer {

/// A value's place in the text.
struct Slice {
  std::size_t begin = 0;
  std::size_t size = 0;
  bool tidy = true;      ///< No white space between its tokens: it is already compact.
  bool escaped = false;  ///< One of its strings has a backslash.
};

inline bool is_white(char c) {
  return c <= ' ' && (c == ' ' || c == '\n' || c == '\r' || c == '\t');
}

class Scanner {
 public:
  /// The text must outlive the scanner. It is a string, as that ends with a NUL: nothing needs to
  /// ask whether there is a next byte before it looks at it.
  explicit Scanner(const std::string& text) : text_(text) {}
  Scanner(std::string&&) = delete;

  /// Any value. Each of these throws DecodeError, naming the byte, if it does not find what it
  /// expects.
  Slice value();
  /// Skips white space and then this mark.
  void expect(char mark) {
    if (!take(mark)) fail_for(mark);
  }
  /// The same, but returns false and skips nothing if another token comes.
  bool take(char mark) {
    skip_white();
    if (peek() != mark) return false;  // no mark is NUL, which peek() returns at the end
    ++at_;
    return true;
  }
  /// Throws unless only white space is left.
  void end();

 private:
  void skip_white() {
    while (is_white(peek())) {
      ++at_;
      white_seen_ = true;
    }
  }
  void nested();
  void scalar();
  void word_or_number();
  void string();
  void rest_of_string();
  void escape();
  void utf8();
  unsigned hex4();
  void number();
  std::size_t digits();
  void word(std::string_view expected);
  char peek() const { return text_.data()[at_]; }  // NUL at the end
  [[noreturn, gnu::cold]] void fail(const char* expected) const;
  [[noreturn, gnu::cold]] void fail_for(char mark) const;

  std::string_view text_;
  std::size_t at_ = 0;
  bool white_seen_ = false;
  bool escape_seen_ = false;
};

/// The text without white space between its tokens. REQUIRES: valid JSON.
std::string compact(std::string_view json);
/// A JSON string's value, its escapes resolved. REQUIRES: the slice is a string in this text.
std::string unquoted(std::string_view json, const Slice& string);
/// Appends `text` as a JSON string. \throws EncodeError if it is not valid UTF-8.
void append_quoted(std::string& out, std::string_view text);
using phx::is_utf8;

}  // namespace phx::serializer
