/// Two recursive walks: over a text, and over a term.

#include "serializer/json_term.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/number.h"
#include "etf/decimal.h"
#include "etf/iso_time.h"
#include "serializer/scanner.h"
#include "serializer/serializer.h"

namespace phx::serializer {
namespace {

using etf::Term;

constexpr std::size_t deepest = 200;  // the limit of our other nodes: see etf::Limits::depth

/// Of two members with the same key the first stays: Jason lists them in reverse, and Map.new/1
/// keeps the last.
Term first_of_each(std::vector<etf::Map::Pair> members) {
  const auto by_key = [](const auto& a, const auto& b) { return a.first < b.first; };
  const auto same_key = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (!std::is_sorted(members.begin(), members.end(), by_key)) {
    std::stable_sort(members.begin(), members.end(), by_key);
  }
  members.erase(std::unique(members.begin(), members.end(), same_key), members.end());
  return Term::map(std::move(members));
}

// --- From JSON ----------------------------------------------------------------------------------

/// Walks a text that is known to be valid, and does not check again.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Term value(std::size_t depth = 0) {
    if (depth > deepest) throw NoJson("expected JSON with less nesting");
    skip_white();
    switch (text_[at_]) {
      case '{': return members(depth);
      case '[': return items(depth);
      case '"': return string();
      case 't': return word(4, true);
      case 'f': return word(5, false);
      case 'n': return word(4, Term());
      default: return number();
    }
  }

 private:
  Term members(std::size_t depth) {
    std::vector<etf::Map::Pair> pairs;
    for (++at_; next() != '}';) {
      if (text_[at_] == ',') ++at_;
      skip_white();
      Term key = string();
      next();
      ++at_;  // the colon
      pairs.emplace_back(std::move(key), value(depth + 1));
    }
    ++at_;
    return first_of_each(std::move(pairs));
  }

  Term items(std::size_t depth) {
    std::vector<Term> found;
    for (++at_; next() != ']';) {
      if (text_[at_] == ',') ++at_;
      found.push_back(value(depth + 1));
    }
    ++at_;
    return Term::list(std::move(found));
  }

  Term string() {
    const std::size_t begin = at_;
    bool escaped = false;
    for (++at_; text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') continue;
      escaped = true;
      ++at_;
    }
    ++at_;
    if (!escaped) return text_.substr(begin + 1, at_ - begin - 2);
    return unquoted(text_, {begin, at_ - begin, true, true});
  }

  Term word(std::size_t size, Term value) {
    at_ += size;
    return value;
  }

  Term number() {
    const std::size_t end = std::min(text_.find_first_not_of("+-.0123456789Ee", at_), text_.size());
    const std::string_view digits = text_.substr(at_, end - at_);
    at_ = end;
    if (digits.find_first_of(".Ee") != std::string_view::npos) return real(digits);
    long long small = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), small);
    if (error == std::errc()) return small;
    if (digits.size() > etf::max_digits) throw NoJson("expected an integer of fewer digits");
    return etf::integer_of(digits);
  }

  static Term real(std::string_view digits) {
    const double value = to_double(digits);  // too small reads as zero, as in Jason
    if (!std::isfinite(value)) throw NoJson("expected a float that fits 64 bits");
    return value;
  }

  char next() {
    skip_white();
    return text_[at_];
  }
  void skip_white() {
    while (is_white(text_[at_])) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// --- To JSON ------------------------------------------------------------------------------------

[[noreturn]] void refuse(const char* what) { throw NoJson(std::string(what) + " has no JSON"); }

void append_text(std::string& out, std::string_view text) {
  try {
    append_quoted(out, text);
  } catch (const EncodeError&) {
    refuse("a binary that is not valid UTF-8");
  }
}

void append(std::string& out, const Term& term);

void append_items(std::string& out, const std::vector<Term>& items) {
  out += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    append(out, items[i]);
  }
  out += ']';
}

/// A key as text, by String.Chars.
struct KeyText {
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(const etf::Atom& atom) const { return atom.name; }
  std::string operator()(long long value) const { return std::to_string(value); }
  std::string operator()(const etf::BigInteger& value) const {
    if (etf::has_too_many_digits(value)) refuse("an integer with too many digits");
    return etf::digits_of(value);
  }
  std::string operator()(double value) const { return text_of(value); }
  /// A charlist: the characters of these numbers.
  std::string operator()(const etf::List& list) const {
    std::string text;
    if (list.tail) refuse("an improper list as a key");
    for (const Term& item : list.items) {
      const long long* point = item.get<long long>();
      const bool surrogate = point != nullptr && *point >= 0xD800 && *point <= 0xDFFF;
      if (point == nullptr || *point < 0 || *point > 0x10FFFF || surrogate) {
        refuse("a list as a key");
      }
      append_utf8(text, static_cast<char32_t>(*point));
    }
    return text;
  }
  template <class Other>
  std::string operator()(const Other&) const {
    refuse("a key without a text");
  }

 private:
  static void append_utf8(std::string& text, char32_t point) {
    const auto tail = [&text, point](int shift) {
      text += static_cast<char>(0x80 | (point >> shift & 0x3F));
    };
    if (point < 0x80) {
      text += static_cast<char>(point);
    } else if (point < 0x800) {
      text += static_cast<char>(0xC0 | point >> 6);
      tail(0);
    } else if (point < 0x10000) {
      text += static_cast<char>(0xE0 | point >> 12);
      tail(6);
      tail(0);
    } else {
      text += static_cast<char>(0xF0 | point >> 18);
      tail(12);
      tail(6);
      tail(0);
    }
  }
};

struct Appender {
  std::string& out;

  void operator()(const std::string& text) const { append_text(out, text); }
  void operator()(long long value) const { out += std::to_string(value); }
  void operator()(const etf::BigInteger& value) const {
    if (etf::has_too_many_digits(value)) refuse("an integer with too many digits");
    out += etf::digits_of(value);
  }
  void operator()(double value) const { out += text_of(value); }
  void operator()(const etf::Atom& atom) const {
    if (atom.name == "nil") {
      out += "null";
    } else if (atom.name == "true" || atom.name == "false") {
      out += atom.name;
    } else {
      append_text(out, atom.name);
    }
  }
  void operator()(const etf::List& list) const {
    if (list.tail) refuse("an improper list");
    append_items(out, list.items);
  }
  void operator()(const etf::Map& map) const {
    out += '{';
    for (std::size_t i = 0; i < map.pairs.size(); ++i) {
      if (i > 0) out += ',';
      append_quoted(out, key_text(map.pairs[i].first));
      out += ':';
      append(out, map.pairs[i].second);
    }
    out += '}';
  }
  template <class Other>
  void operator()(const Other&) const {
    refuse("a tuple, a pid, a reference, a fun or a bit string");
  }
};

void append(std::string& out, const Term& term) {
  static const Term struct_key = Term::atom("__struct__");
  if (term.find(struct_key) == nullptr) return term.visit(Appender{out});
  const auto text = etf::iso_text(term);
  if (!text) refuse("a struct");
  append_text(out, *text);
}

}  // namespace

Term term_of(std::string_view json) { return Parser(json).value(); }

std::string key_text(const Term& key) {
  std::string text = key.visit(KeyText{});
  if (!is_utf8(text)) refuse("a key that is not valid UTF-8");
  return text;
}

std::string json_of(const Term& term) {
  std::string out;
  append(out, term);
  return out;
}

/// As io_lib_format:fwrite_g/1: with an exponent if that is shorter, or from 2^53 on.
std::string text_of(double value) {
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                          std::fabs(value), std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = text.find('e');
  std::string digits(text.substr(0, e));
  if (digits.size() > 1) digits.erase(1, 1);  // the point
  int exponent = 0;
  const std::string_view power = text.substr(e + (text[e + 1] == '+' ? 2 : 1));
  std::from_chars(power.data(), power.data() + power.size(), exponent);

  const int place = exponent + 1;  // the value is 0.DIGITS times ten to the power of this
  const auto size = static_cast<int>(digits.size());
  const auto zeros = [](int count) { return std::string(static_cast<std::size_t>(count), '0'); };
  const std::string sign = value < 0 ? "-" : "";
  std::string scientific = sign + digits[0] + "." + (size == 1 ? "0" : digits.substr(1)) + "e" +
                           std::to_string(exponent);
  constexpr double whole_numbers = 9007199254740992.0;  // 2^53
  if (std::fabs(value) >= whole_numbers) return scientific;
  const int cost = static_cast<int>(std::to_string(exponent).size()) + 1 + (size == 1 ? 2 : 1);
  if (place <= 0)
    return 2 - place <= cost || place == 0 ? sign + "0." + zeros(-place) + digits : scientific;
  if (place < size) {
    return sign + digits.substr(0, static_cast<std::size_t>(place)) + "." +
           digits.substr(static_cast<std::size_t>(place));
  }
  return place - size + 2 <= cost ? sign + digits + zeros(place - size) + ".0" : scientific;
}

}  // namespace phx::serializer
