/// Unpacks a file, and repairs its JSON.

#include "traces/phx-trace/json_file.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

constexpr std::size_t max_unpacked = 1'000'000'000;
constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view spaces = " \t\r\n";

constexpr Remarks::Kind half_pairs{"half of a surrogate pair became U+FFFD",
                                   "halves of surrogate pairs became U+FFFD"};
constexpr Remarks::Kind bad_bytes{"byte that is not UTF-8 became U+FFFD",
                                  "bytes that are not UTF-8 became U+FFFD"};
constexpr Remarks::Kind text_around{"text around the file's JSON was left out"};
constexpr Remarks::Kind breaks_off{"the file breaks off: it was read up to its last whole value"};

std::string gunzipped(std::string_view bytes) {
  z_stream stream = {};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) throw BadFile("zlib does not start");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::string piece(1 << 16, '\0');
  int result = Z_OK;
  while (result == Z_OK && out.size() < max_unpacked) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(piece, 0, piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (out.empty()) throw BadFile("this is gzip, but it does not unpack");
  return out;  // the part of a truncated file
}

void append_utf8(std::string& out, unsigned code) {
  const auto add = [&out](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      add(0xE0 | code >> 12);
    } else {
      add(0xF0 | code >> 18);
      add(0x80 | (code >> 12 & 0x3F));
    }
    add(0x80 | (code >> 6 & 0x3F));
  }
  add(0x80 | (code & 0x3F));
}

bool is_high(unsigned code) { return code >= 0xD800 && code < 0xDC00; }
bool is_low(unsigned code) { return code >= 0xDC00 && code < 0xE000; }

/// The encoding of PowerShell's `>`.
std::string from_utf16(std::string_view bytes, bool big_endian, Remarks& remarks) {
  const auto unit = [&](std::size_t i) -> unsigned {
    const auto a = static_cast<unsigned char>(bytes[i]);
    const auto b = static_cast<unsigned char>(bytes[i + 1]);
    return big_endian ? a << 8 | b : b << 8 | a;
  };
  std::string out;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const unsigned code = unit(i);
    const unsigned next = i + 3 < bytes.size() ? unit(i + 2) : 0;
    if (is_high(code) && is_low(next)) {
      append_utf8(out, 0x10000 + ((code - 0xD800) << 10) + (next - 0xDC00));
      i += 2;
    } else if (is_high(code) || is_low(code)) {
      remarks.add(half_pairs);
      out += replacement;
    } else {
      append_utf8(out, code);
    }
  }
  return out;
}

std::string unpacked(std::string_view bytes, Remarks& remarks) {
  if (bytes.starts_with("\x1f\x8b")) return unpacked(gunzipped(bytes), remarks);
  if (bytes.starts_with("PK\x03\x04")) {
    throw BadFile(
        "this is a ZIP archive: unpack it and take the .har file in it; what lies beside that file "
        "is read with it");
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) return std::string(bytes.substr(3));
  if (bytes.starts_with("\xFF\xFE")) return from_utf16(bytes.substr(2), false, remarks);
  if (bytes.starts_with("\xFE\xFF")) return from_utf16(bytes.substr(2), true, remarks);
  if (bytes.starts_with(std::string_view("{\0", 2))) return from_utf16(bytes, false, remarks);
  return std::string(bytes);
}

std::optional<unsigned> hex4(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  unsigned code = 0;
  for (const char c : text.substr(0, 4)) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(c | 32));
    const bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (digit == std::string_view::npos || (digit > 9) != letter) return std::nullopt;
    code = code << 4 | static_cast<unsigned>(digit);
  }
  return code;
}

/// Copies a text without the parts that JSON does not allow.
class Mender {
 public:
  Mender(std::string_view text, Remarks& remarks) : rest_(text), remarks_(remarks) {}
  std::string mended();

 private:
  void copy(std::size_t size) {
    out_ += rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  void copy_string();
  void copy_escape();
  bool skip_comment();
  bool replace_word();
  /// \return whether the outermost value, or its readable part, is complete.
  bool close(char bracket);
  void drop_comma();
  void break_off();

  std::string_view rest_;
  Remarks& remarks_;
  std::string out_;
  std::string open_;  // brackets
  /// Where the last whole element of an array ends, and what was open there.
  std::size_t whole_ = 0;
  std::string open_at_whole_;
};

std::string Mender::mended() {
  const auto begin = rest_.find_first_of("{[");
  if (begin == rest_.npos) return std::string(rest_);
  if (rest_.substr(0, begin).find_first_not_of(spaces) != rest_.npos) remarks_.add(text_around);
  rest_.remove_prefix(begin);
  while (!rest_.empty()) {
    const char c = rest_.front();
    if (c == '"') {
      copy_string();
    } else if (c == '{' || c == '[') {
      open_ += c;
      copy(1);
    } else if (c == '}' || c == ']') {
      if (close(c)) return out_;
    } else if (!skip_comment() && !replace_word()) {
      if (static_cast<unsigned char>(c) < 0x80) out_ += c;
      rest_.remove_prefix(1);
    }
  }
  break_off();
  return out_;
}

bool Mender::close(char bracket) {
  if (open_.empty() || (open_.back() == '{') != (bracket == '}')) {
    rest_ = {};
    return false;  // it breaks off here
  }
  drop_comma();
  copy(1);
  open_.pop_back();
  if (open_.empty()) {
    if (rest_.find_first_not_of(spaces) != rest_.npos) remarks_.add(text_around);
    return true;
  }
  if (open_.back() == '[') {
    whole_ = out_.size();
    open_at_whole_ = open_;
  }
  return false;
}

void Mender::drop_comma() {
  const auto last = out_.find_last_not_of(spaces);
  if (last != out_.npos && out_[last] == ',') out_.erase(last, 1);
}

void Mender::break_off() {
  if (whole_ == 0) return;
  remarks_.add(breaks_off);
  out_.resize(whole_);
  for (auto at = open_at_whole_.rbegin(); at != open_at_whole_.rend(); ++at) {
    out_ += *at == '{' ? '}' : ']';
  }
}

bool Mender::skip_comment() {
  const bool line = rest_.starts_with("//");
  if (!line && !rest_.starts_with("/*")) return false;
  const auto end = rest_.find(line ? "\n" : "*/", 2);
  rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + (line ? 1 : 2));
  return true;
}

bool Mender::replace_word() {
  for (const std::string_view word : {"NaN", "Infinity", "-Infinity", "undefined"}) {
    if (!rest_.starts_with(word)) continue;
    rest_.remove_prefix(word.size());
    out_ += "null";
    return true;
  }
  return false;
}

void Mender::copy_string() {
  copy(1);
  while (!rest_.empty()) {
    const char c = rest_.front();
    if (c == '"') return copy(1);
    if (c == '\\') {
      copy_escape();
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out_ += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
      rest_.remove_prefix(1);
    } else if (const std::size_t size = character_size(rest_); size > 0) {
      copy(size);
    } else {
      remarks_.add(bad_bytes);
      out_ += replacement;
      rest_.remove_prefix(1);
    }
  }
}

void Mender::copy_escape() {
  constexpr std::size_t escape = 6;  // \uXXXX
  const char kind = rest_.size() > 1 ? rest_[1] : '\0';
  const auto code = kind == 'u' ? hex4(rest_.substr(2)) : std::nullopt;
  if (!code) {
    // A backslash before any other character is ignored.
    if (std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos && kind != '\0') {
      return copy(2);
    }
    return rest_.remove_prefix(1);
  }
  const bool pair = is_high(*code) && rest_.substr(escape).starts_with("\\u") &&
                    is_low(hex4(rest_.substr(escape + 2)).value_or(0));
  if (pair) return copy(2 * escape);
  if (!is_high(*code) && !is_low(*code)) return copy(escape);
  remarks_.add(half_pairs);
  out_ += "\\ufffd";
  rest_.remove_prefix(escape);
}

}  // namespace

Value read_json_file(std::string_view bytes, Remarks& remarks) {
  const std::string text = unpacked(bytes, remarks);
  if (text.find_first_not_of(spaces) == text.npos) throw BadFile("the file is empty");
  try {
    return Value::parse(text);
  } catch (const BadFile& as_it_stands) {
    Remarks mending = remarks;
    const std::string mended = Mender(text, mending).mended();
    try {
      Value value = Value::parse(mended);
      remarks = mending;
      return value;
    } catch (const BadFile&) {
      throw as_it_stands;  // its line and column are those of the file
    }
  }
}

}  // namespace phx::trace
