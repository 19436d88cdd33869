/// The scanner's single pass. Every message goes through it.

#include "serializer/scanner.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/number.h"
#include "base/utf8.h"
#include "json/escape.h"
#include "json/json.h"
#include "serializer/brackets.h"
#include "serializer/plain_text.h"
#include "serializer/serializer.h"

namespace phx::serializer {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void Scanner::fail(const char* expected) const {
  if (!is_utf8(text_)) throw NotUtf8();
  throw DecodeError("expected " + std::string(expected) + " at byte " + std::to_string(at_) +
                    (at_ < text_.size() ? "" : ", where the text ends"));
}

void Scanner::fail_for(char mark) const {
  const char expected[] = {'\'', mark, '\'', '\0'};
  fail(expected);
}

void Scanner::end() {
  skip_white();
  if (at_ != text_.size()) fail("nothing more");
}

/// Most strings of most messages end within two blocks, and need no more than this. Those that
/// don't are likely to be long.
[[gnu::always_inline]] inline void Scanner::string() {
  ++at_;
  for (int block = 0; block < 2 && at_ + sizeof(Block) <= text_.size(); ++block) {
    const std::size_t plain = plain_bytes(special_in(block_at(text_.data() + at_)));
    at_ += plain;
    if (plain == sizeof(Block)) continue;
    if (text_[at_] != '"') return rest_of_string();
    ++at_;
    return;
  }
  at_ += plain_stretch({text_.data() + at_, text_.size() - at_});
  rest_of_string();
}

[[gnu::always_inline]] inline void Scanner::scalar() {
  if (peek() == '"') [[likely]]
    return string();
  word_or_number();
}

//! [value]
Slice Scanner::value() {
  skip_white();
  white_seen_ = false;
  escape_seen_ = false;
  const std::size_t begin = at_;
  if (peek() == '{' || peek() == '[') {
    nested();
  } else {
    scalar();
  }
  return {begin, at_ - begin, !white_seen_, escape_seen_};
}
//! [value]

/// The open brackets are kept in an object, not on the stack, so depth costs no stack.
void Scanner::nested() {
  Brackets brackets;
  const auto key = [this] {
    skip_white();
    if (peek() != '"') fail("a key");
    string();
    expect(':');
  };
  do {
    skip_white();
    if (peek() == '{' || peek() == '[') {
      const bool object = text_[at_++] == '{';
      if (!take(object ? '}' : ']')) {
        brackets.open(object);
        if (object) key();
        continue;
      }
    } else {
      scalar();
    }
    while (!brackets.empty() && !take(',')) {
      expect(brackets.in_object() ? '}' : ']');
      brackets.close();
    }
    if (!brackets.empty() && brackets.in_object()) key();
  } while (!brackets.empty());
}

void Scanner::word_or_number() {
  switch (peek()) {
    case 't': return word("true");
    case 'f': return word("false");
    case 'n': return word("null");
    default: return number();
  }
}

void Scanner::word(std::string_view expected) {
  if (text_.substr(at_, expected.size()) != expected) fail("a value");
  at_ += expected.size();
}

void Scanner::rest_of_string() {
  while (true) {
    at_ += plain_prefix({text_.data() + at_, text_.size() - at_});
    if (at_ >= text_.size()) fail("the end of the string");
    const auto byte = static_cast<unsigned char>(text_[at_]);
    if (byte == '"') break;
    if (byte < 0x20) fail("no control character in a string");
    if (byte == '\\') {
      escape();
    } else {
      utf8();
    }
  }
  ++at_;
}

void Scanner::utf8() {
  const std::size_t size = utf8_sequence(text_.substr(at_));
  if (size == 0) fail("a character in UTF-8");
  at_ += size;
}

void Scanner::escape() {
  escape_seen_ = true;
  ++at_;
  if (peek() != 'u') {
    constexpr std::string_view escapes = "\"\\/bfnrt";
    if (escapes.find(peek()) == std::string_view::npos) fail("an escape");
    ++at_;
    return;
  }
  const unsigned unit = hex4();
  if (unit >= 0xDC00 && unit <= 0xDFFF) fail("no second half of a pair without its first");
  if (unit < 0xD800 || unit > 0xDBFF) return;
  if (peek() != '\\') fail("the second half of a surrogate pair");
  ++at_;
  if (peek() != 'u') fail("the second half of a surrogate pair");
  const unsigned second = hex4();
  if (second < 0xDC00 || second > 0xDFFF) fail("the second half of a surrogate pair");
}

unsigned Scanner::hex4() {
  ++at_;
  unsigned value = 0;
  const std::string_view text = text_.substr(at_, 4);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || text.size() < 4 || end != text.data() + 4) fail("four hex digits");
  at_ += 4;
  return value;
}

std::size_t Scanner::digits() {
  const std::size_t begin = at_;
  while (is_digit(peek())) ++at_;
  return at_ - begin;
}

void Scanner::number() {
  const std::size_t begin = at_;
  if (peek() == '-') ++at_;
  const bool zero = peek() == '0';
  const std::size_t whole = digits();
  if (whole == 0) fail("a value");
  if (zero && whole > 1) fail("no leading zero");
  bool real = false;
  if (peek() == '.') {
    ++at_;
    real = true;
    if (digits() == 0) fail("a digit after the point");
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    real = true;
    if (peek() == '+' || peek() == '-') ++at_;
    if (digits() == 0) fail("a digit of the exponent");
  }
  constexpr std::size_t always_fits = 16;  // shorter numbers with small exponents are common
  if (!real || (at_ - begin < always_fits &&
                text_.substr(begin, at_ - begin).find_first_of("eE") == std::string_view::npos)) {
    return;
  }
  if (std::isinf(to_double(text_.substr(begin, at_ - begin)))) fail("a number that fits a double");
}

std::string compact(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && is_white(c)) continue;
    out += c;
    if (c == '"') in_string = !in_string;
    if (c == '\\') out += json[++i];
  }
  return out;
}

std::string unquoted(std::string_view json, const Slice& string) {
  const std::string_view text = json.substr(string.begin, string.size);
  if (!string.escaped) return std::string(text.substr(1, text.size() - 2));
  return Json::parse(text).string_or("");
}

namespace {

/// The number of bytes before the first that must be escaped.
std::size_t copyable(std::string_view text) {
  std::size_t at = plain_prefix(text);
  while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80) {
    const std::size_t size = utf8_sequence(text.substr(at));
    if (size == 0) throw EncodeError("expected text in UTF-8, got other bytes");
    at += size;
    at += plain_prefix(text.substr(at));
  }
  return at;
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  std::size_t run = copyable(text);
  std::array<char, 64> whole;  // most are short and need no escapes: one write
  if (run == text.size() && run + 2 <= whole.size()) {
    whole[0] = '"';
    text.copy(whole.data() + 1, run);
    whole[run + 1] = '"';
    out.append(whole.data(), run + 2);
    return;
  }
  out += '"';
  for (;; run = copyable(text)) {
    out += text.substr(0, run);
    text.remove_prefix(run);
    if (text.empty()) break;
    json::append_escape(out, text.front());
    text.remove_prefix(1);
  }
  out += '"';
}

}  // namespace phx::serializer
