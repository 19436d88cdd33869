/// One pass over the text, with a function for each rule of the grammar.

#include "json/reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <string>

#include "base/number.h"
#include "base/utf8.h"
#include "json/big_integer.h"
#include "json/json.h"

namespace phx::json {
namespace {

struct Release {
  void operator()(json_t* value) const { json_decref(value); }
};
using Owned = std::unique_ptr<json_t, Release>;

bool is_white(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Owned whole() {
    Owned value = any();
    skip_white();
    if (at_ != text_.size()) fail("nothing more");
    return value;
  }

 private:
  Owned any() {
    skip_white();
    switch (peek()) {
      case '{': return object();
      case '[': return array();
      case '"': return of_text(string());
      case 't': return word("true", json_true());
      case 'f': return word("false", json_false());
      case 'n': return word("null", json_null());
      default: return number();
    }
  }

  Owned object() {
    enter();
    Owned object(json_object());
    if (!take('}')) {
      do {
        skip_white();
        if (peek() != '"') fail("a key");
        const std::string key = string();
        expect(':');
        Owned value = any();
        if (json_object_getn(object.get(), key.data(), key.size()) != nullptr) continue;
        json_object_setn_new_nocheck(object.get(), key.data(), key.size(), value.release());
      } while (take(','));
      expect('}');
    }
    --depth_;
    return object;
  }

  Owned array() {
    enter();
    Owned array(json_array());
    if (!take(']')) {
      do {
        json_array_append_new(array.get(), any().release());
      } while (take(','));
      expect(']');
    }
    --depth_;
    return array;
  }

  void enter() {
    if (++depth_ > max_depth) fail("no deeper nesting");
    ++at_;
  }

  static Owned of_text(const std::string& text) {
    return Owned(json_stringn_nocheck(text.data(), text.size()));
  }

  Owned word(std::string_view expected, json_t* value) {
    if (text_.substr(at_, expected.size()) != expected) fail("a value");
    at_ += expected.size();
    return Owned(value);
  }

  // --- Strings ----------------------------------------------------------------------------------

  std::string string() {
    ++at_;
    std::string value;
    while (true) {
      const std::size_t begin = at_;
      skip_plain();
      value.append(text_, begin, at_ - begin);
      if (at_ >= text_.size()) fail("the end of the string");
      if (text_[at_] == '"') break;
      if (text_[at_] != '\\') fail("no control character in a string");
      escape(value);
    }
    ++at_;
    return value;
  }

  /// Text up to a quote, a backslash, a control character or the end.
  void skip_plain() {
    while (at_ < text_.size()) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x20 || byte == '"' || byte == '\\') return;
      const std::size_t size = byte < 0x80 ? 1 : utf8_sequence(text_.substr(at_));
      if (size == 0) fail("a character in UTF-8");
      at_ += size;
    }
  }

  void escape(std::string& out) {
    ++at_;
    constexpr std::string_view escapes = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (peek() == 'u') return append(out, code_point());
    const std::size_t which = escapes.find(peek());
    if (which == std::string_view::npos || at_ == text_.size()) fail("an escape");
    out += meanings[which];
    ++at_;
  }

  char32_t code_point() {
    const unsigned unit = hex4();
    if (unit >= 0xDC00 && unit <= 0xDFFF) fail("no second half of a pair without its first");
    if (unit < 0xD800 || unit > 0xDBFF) return unit;
    if (text_.substr(at_, 2) != "\\u") fail("the second half of a surrogate pair");
    ++at_;
    const unsigned second = hex4();
    if (second < 0xDC00 || second > 0xDFFF) fail("the second half of a surrogate pair");
    return 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
  }

  /// At the `u`.
  unsigned hex4() {
    ++at_;
    unsigned unit = 0;
    const std::string_view four = text_.substr(std::min(at_, text_.size()), 4);
    const auto [end, error] = std::from_chars(four.data(), four.data() + four.size(), unit, 16);
    if (error != std::errc{} || end != four.data() + 4) fail("four hex digits");
    at_ += 4;
    return unit;
  }

  static void append(std::string& out, char32_t point) {
    const auto add = [&out](char32_t byte) { out += static_cast<char>(byte); };
    if (point < 0x80) return add(point);
    if (point < 0x800) {
      add(0xC0 | point >> 6);
    } else if (point < 0x10000) {
      add(0xE0 | point >> 12);
      add(0x80 | (point >> 6 & 0x3F));
    } else {
      add(0xF0 | point >> 18);
      add(0x80 | (point >> 12 & 0x3F));
      add(0x80 | (point >> 6 & 0x3F));
    }
    add(0x80 | (point & 0x3F));
  }

  // --- Numbers ----------------------------------------------------------------------------------

  Owned number() {
    const std::size_t begin = at_;
    if (peek() == '-') ++at_;
    const bool zero = peek() == '0';
    const std::size_t whole = digits();
    if (whole == 0) fail("a value");
    if (zero && whole > 1) fail("no leading zero");
    bool real = false;
    if (peek() == '.') {
      real = true;
      ++at_;
      if (digits() == 0) fail("a digit after the point");
    }
    if (peek() == 'e' || peek() == 'E') {
      real = true;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (digits() == 0) fail("a digit of the exponent");
    }
    const std::string_view text = text_.substr(begin, at_ - begin);
    return real ? real_of(text) : integer_of(text);
  }

  static Owned integer_of(std::string_view text) {
    json_int_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return Owned(read.ec == std::errc{} ? json_integer(value) : big_integer(text));
  }

  Owned real_of(std::string_view text) const {
    const double value = to_double(text);
    if (std::isinf(value)) fail("a number that fits a double");
    return Owned(json_real(value));
  }

  std::size_t digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ - begin;
  }

  // --- Marks ------------------------------------------------------------------------------------

  void skip_white() {
    while (at_ < text_.size() && is_white(text_[at_])) ++at_;
  }
  bool take(char mark) {
    skip_white();
    if (peek() != mark) return false;
    ++at_;
    return true;
  }
  void expect(char mark) {
    const char expected[] = {'\'', mark, '\'', '\0'};
    if (!take(mark)) fail(expected);
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  /// Does not quote the text, which may be something that no log should show.
  [[noreturn]] void fail(const char* expected) const {
    throw JsonError("expected JSON, got an error at byte " + std::to_string(at_) + ": expected " +
                    expected);
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

/// Even an empty object has a table of eight buckets, and an array one of eight values.
Shape shape(std::string_view text) {
  constexpr std::size_t of_object = 224, of_array = 112, of_value = 40, of_key = 72;
  Shape shape{.tree_bytes = of_value};
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (c == '\\') ++i;
    if (in_string) continue;
    if (c == '{' || c == '[') shape.depth = std::max(shape.depth, ++depth);
    if (c == '}' || c == ']') --depth;
    shape.tree_bytes += c == '{'   ? of_object
                        : c == '[' ? of_array
                        : c == ',' ? of_value
                        : c == ':' ? of_key
                                   : 0;
  }
  return shape;
}

json_t* read(std::string_view text) { return Reader(text).whole().release(); }

}  // namespace phx::json
