/// Tags and sizes of the external term format; the numbers are those of Erlang's own documentation.

#include "tokens/term.h"

#include <bit>
#include <cstdint>
#include <limits>

#include "serializer/scanner.h"

namespace phx::tokens {
namespace {

enum Tag : unsigned char {
  version = 131,
  new_float = 70,
  small_integer = 97,
  integer = 98,
  atom = 100,
  small_tuple = 104,
  nil = 106,
  string = 107,  // a list of bytes, not a string
  list = 108,
  binary = 109,
  small_big = 110,
  map = 116,
  atom_utf8 = 118,
  small_atom_utf8 = 119,
};

// --- Writing ------------------------------------------------------------------------------------

class Writer {
 public:
  void term(const Json& value) {
    const json_t* json = value.get();
    if (value.is_integer()) return whole(value.integer_or(0));
    if (value.is_string()) return text(value.string_or(""));
    if (json_is_real(json)) return real(json_real_value(json));
    if (value.is_array()) return items(value);
    if (value.is_object()) return members(value);
    name(json_is_true(json) ? "true" : json_is_false(json) ? "false" : "nil");
  }

  void whole(long long value) {
    if (value >= 0 && value <= 255) {
      byte(small_integer);
      return byte(static_cast<unsigned>(value));
    }
    if (value >= std::numeric_limits<std::int32_t>::min() &&
        value <= std::numeric_limits<std::int32_t>::max()) {
      byte(integer);
      return big_endian(static_cast<std::uint32_t>(value), 4);
    }
    big(value);
  }

  void byte(unsigned value) { out_ += static_cast<char>(value); }
  std::string take() { return std::move(out_); }

 private:
  void big_endian(std::uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) byte(static_cast<unsigned>(value >> (8 * i)) & 255);
  }

  /// As few bytes as it needs, the lowest first.
  void big(long long value) {
    std::uint64_t magnitude =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    std::string digits;
    for (; magnitude > 0; magnitude >>= 8) digits += static_cast<char>(magnitude & 255);
    byte(small_big);
    byte(static_cast<unsigned>(digits.size()));
    byte(value < 0);
    out_ += digits;
  }

  void real(double value) {
    byte(new_float);
    big_endian(std::bit_cast<std::uint64_t>(value), 8);
  }

  void text(const std::string& value) {
    byte(binary);
    big_endian(value.size(), 4);
    out_ += value;
  }

  void name(std::string_view value) {
    byte(atom);
    big_endian(value.size(), 2);
    out_ += value;
  }

  void items(const Json& value) {
    if (value.size() == 0) return byte(nil);
    if (is_bytes(value)) return bytes_of(value);
    byte(list);
    big_endian(value.size(), 4);
    for (std::size_t i = 0; i < value.size(); ++i) term(value[i]);
    byte(nil);
  }

  /// Erlang can't tell a list of small integers from its strings, and writes both the short way.
  static bool is_bytes(const Json& value) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const long long item = value[i].integer_or(-1);
      if (item < 0 || item > 255) return false;
    }
    return value.size() <= 65'535;
  }

  void bytes_of(const Json& value) {
    byte(string);
    big_endian(value.size(), 2);
    for (std::size_t i = 0; i < value.size(); ++i) {
      byte(static_cast<unsigned>(value[i].integer_or(0)));
    }
  }

  void members(const Json& value) {
    byte(map);
    big_endian(value.size(), 4);
    for (const auto& [key, member] : value.sorted_members()) {
      text(key);
      term(member);
    }
  }

  std::string out_;
};

// --- Reading ------------------------------------------------------------------------------------

/// The bytes are not a term, or not one that JSON can hold. Caught within this file.
struct Unreadable {};

class Reader {
 public:
  /// Strict: only what JSON holds as it is. Lenient: everything, as decode_any_term says.
  enum class Mode { strict, lenient };
  Reader(std::string_view bytes, Mode mode) : bytes_(bytes), lenient_(mode == Mode::lenient) {}

  /// Depth is limited, as the bytes may come from anyone until their signature is checked.
  Json term(int depth = 0) {
    constexpr int deepest = 64;
    if (depth > deepest) throw Unreadable{};
    const unsigned tag = byte();
    switch (tag) {
      case small_integer: return byte();
      case integer: return static_cast<std::int32_t>(big_endian(4));
      case small_big: return big();
      case new_float: return std::bit_cast<double>(big_endian(8));
      case binary: return text(take(big_endian(4)));
      case atom:
      case atom_utf8: return name(take(big_endian(2)));
      case small_atom_utf8: return name(take(byte()));
      case nil: return Json::array();
      case string: return bytes_of(take(big_endian(2)));
      case list: return items(depth);
      case map: return members(depth);
      case small_tuple: return tuple(byte(), depth);
      default: throw Unreadable{};
    }
  }

  unsigned byte() { return static_cast<unsigned char>(take(1)[0]); }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size()) throw Unreadable{};
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  std::uint64_t big_endian(int bytes) {
    std::uint64_t value = 0;
    for (const char c : take(static_cast<std::uint64_t>(bytes))) {
      value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
  }

  Json big() {
    const unsigned size = byte();
    const bool negative = byte() != 0;
    const std::string_view digits = take(size);
    std::uint64_t magnitude = 0;
    for (std::size_t i = digits.size(); i-- > 0;) {
      if (magnitude >> 56 != 0) throw Unreadable{};
      magnitude = magnitude << 8 | static_cast<unsigned char>(digits[i]);
    }
    if (magnitude > static_cast<std::uint64_t>(std::numeric_limits<long long>::max())) {
      throw Unreadable{};
    }
    const auto value = static_cast<long long>(magnitude);
    return negative ? -value : value;
  }

  Json text(std::string_view bytes) const {
    return lenient_ && !serializer::is_utf8(bytes) ? bytes_of(bytes) : Json(bytes);
  }

  static Json name(std::string_view text) {
    if (text == "nil") return nullptr;
    if (text == "true" || text == "false") return text == "true";
    return text;
  }

  static Json bytes_of(std::string_view bytes) {
    Json list = Json::array();
    for (const char c : bytes) list.append(static_cast<int>(static_cast<unsigned char>(c)));
    return list;
  }

  Json items(int depth) {
    Json found = Json::array();
    for (std::uint64_t left = big_endian(4); left > 0; --left) found.append(term(depth + 1));
    if (byte() != nil) throw Unreadable{};
    return found;
  }

  Json tuple(unsigned size, int depth) {
    if (!lenient_) throw Unreadable{};
    Json found = Json::array();
    for (unsigned left = size; left > 0; --left) found.append(term(depth + 1));
    return found;
  }

  Json members(int depth) {
    Json found = Json::object();
    for (std::uint64_t left = big_endian(4); left > 0; --left) {
      const Json key = term(depth + 1);
      if (!key.is_string() && !lenient_) throw Unreadable{};
      found.set(key.string_or(key.is_string() ? "" : key.dump()), term(depth + 1));
    }
    return found;
  }

  std::string_view bytes_;
  const bool lenient_;
};

}  // namespace

std::string encode_term(const TokenTerm& term) {
  Writer writer;
  writer.byte(version);
  writer.byte(small_tuple);
  writer.byte(3);
  writer.term(term.data);
  writer.whole(term.signed_at_ms);
  writer.whole(term.max_age_s);
  return writer.take();
}

std::optional<TokenTerm> decode_term(std::string_view bytes) try {
  Reader reader(bytes, Reader::Mode::strict);
  if (reader.byte() != version || reader.byte() != small_tuple || reader.byte() != 3) return {};
  TokenTerm term;
  term.data = reader.term();
  const Json signed_at = reader.term();
  const Json max_age = reader.term();
  if (!signed_at.is_integer() || !reader.at_end()) return {};
  // An unlimited age is the atom `infinity`.
  if (!max_age.is_integer() && max_age.string_or("") != "infinity") return {};
  term.signed_at_ms = signed_at.integer_or(0);
  term.max_age_s = max_age.integer_or(std::numeric_limits<long long>::max() / 1'000);
  return term;
} catch (const Unreadable&) {
  return std::nullopt;
} catch (const JsonError&) {
  return std::nullopt;  // a binary that is not valid UTF-8
}

std::optional<Json> decode_any_term(std::string_view bytes) try {
  Reader reader(bytes, Reader::Mode::lenient);
  if (reader.byte() != version) return {};
  Json term = reader.term();
  return reader.at_end() ? std::optional(std::move(term)) : std::nullopt;
} catch (const Unreadable&) {
  return std::nullopt;
} catch (const JsonError&) {
  return std::nullopt;
}

}  // namespace phx::tokens
