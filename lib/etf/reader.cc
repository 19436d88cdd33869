/// Reads tag by tag. Every length is checked against the bytes that are left before anything is
/// kept.

#include "etf/reader.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "etf/tags.h"

namespace phx::etf {
namespace {

std::string utf8_of_latin1(std::string_view latin1) {
  std::string text;
  for (const char c : latin1) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0 | byte >> 6);
      text += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return text;
}

/// The number of characters; nothing if the text is not valid UTF-8.
std::optional<std::size_t> characters_of(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    const std::size_t size = utf8_sequence(text);
    if (size == 0) return {};
    text.remove_prefix(size);
  }
  return count;
}

}  // namespace

Reader::Reader(std::string_view bytes, const Limits& limits)
    : begin_(bytes.data()), bytes_(bytes), depth_limit_(limits.depth), terms_left_(limits.terms) {
  if (byte() != version) fail("version 131");
  if (!bytes_.empty() && static_cast<unsigned char>(bytes_[0]) == compressed) inflate(limits);
  if (limits.bytes_a_term > 0) {
    terms_left_ = std::max(terms_left_, bytes_.size() / limits.bytes_a_term);
  }
}

/// zlib's data marks its own end; the size before it must be correct.
void Reader::inflate(const Limits& limits) {
  byte();
  const std::uint64_t size = big_endian(4);
  if (size > limits.inflated) fail("a compressed term within the limit");
  // Deflate expands a byte to 1,032 at most, so a false size costs no memory.
  if (size / 1'032 > bytes_.size()) fail("a compressed term's true size");
  inflated_.resize(size);
  auto inflated_size = static_cast<uLongf>(size);
  auto used = static_cast<uLong>(bytes_.size());
  const int result = uncompress2(reinterpret_cast<Bytef*>(inflated_.data()), &inflated_size,
                                 reinterpret_cast<const Bytef*>(bytes_.data()), &used);
  if (result != Z_OK || inflated_size != size) fail("a compressed term");
  begin_ = inflated_.data();
  bytes_ = inflated_;
}

void Reader::fail(const char* expected) const {
  throw TermError("expected " + std::string(expected) + " at byte " +
                  std::to_string(bytes_.data() - begin_));
}

std::string_view Reader::take(std::uint64_t size) {
  if (size > bytes_.size()) fail("more bytes");
  const std::string_view taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

std::uint64_t Reader::big_endian(int bytes) {
  std::uint64_t value = 0;
  for (const char c : take(static_cast<std::uint64_t>(bytes))) {
    value = value << 8 | static_cast<unsigned char>(c);
  }
  return value;
}

Term Reader::shallow_term() {
  skips_what_is_deep_ = true;
  Term whole = term(0);
  skips_what_is_deep_ = false;
  return whole;
}

/// No recursion: terms may be nested a million deep.
Term Reader::skipped() {
  for (std::uint64_t left = 1; left > 0; --left) left += skip_head();
  return Export{{"phx"}, {"too_deep"}, 0};
}

/// Skips a term's own bytes; returns the number of terms inside it, which follow.
std::uint64_t Reader::skip_head() {
  const auto tag = static_cast<unsigned char>(bytes_.empty() ? 0 : bytes_[0]);
  switch (tag) {
    case small_tuple: return take(1), byte();
    case large_tuple: return take(1), big_endian(4);
    case list: return take(1), big_endian(4) + 1;
    case map: return take(1), big_endian(4) * 2;
    case new_fun: return take(1), take(big_endian(4) - 4), 0;
    default: return term(depth_limit_), 0;
  }
}

Term Reader::term(std::size_t depth) {
  if (depth > depth_limit_) {
    if (skips_what_is_deep_) return skipped();
    fail("less nesting");
  }
  if (terms_left_ == 0) fail("fewer terms");
  --terms_left_;
  const unsigned tag = byte();
  switch (tag) {
    case small_integer: return byte();
    case integer: return static_cast<std::int32_t>(word());
    case small_big: return big(byte());
    case large_big: return big(big_endian(4));
    case new_float: {
      const auto value = std::bit_cast<double>(big_endian(8));
      if (!std::isfinite(value)) fail("a finite float");
      return value;
    }
    case old_float: return real(take(31));
    case Tag::binary: return take(big_endian(4));
    case bit_binary: return bits();
    case Tag::atom:
    case small_atom:
    case atom_utf8:
    case small_atom_utf8: return atom(tag);
    case nil: return Term::list();
    case string: return bytes_as_list();
    case list: return items(depth);
    case small_tuple: return sequence(byte(), depth);
    case large_tuple: return sequence(big_endian(4), depth);
    case map: return members(depth);
    case Tag::pid:
    case new_pid: return pid_of(tag);
    case Tag::port:
    case new_port:
    case v4_port: return port(tag);
    case new_reference:
    case newer_reference: return reference(tag);
    case new_fun: return fun(depth);
    case Tag::export_fun: return export_fun();
    default: fail("a term's tag");
  }
}

std::size_t Reader::tuple() {
  const unsigned tag = byte();
  if (tag == small_tuple) return byte();
  if (tag == large_tuple) return big_endian(4);
  fail("a tuple");
}

std::optional<std::string_view> Reader::binary() {
  if (bytes_.empty() || static_cast<unsigned char>(bytes_[0]) != Tag::binary) return {};
  byte();
  return take(big_endian(4));
}

/// How term_to_binary wrote floats before OTP 17: "1.50000000000000000000e+00", padded with NULs.
Term Reader::real(std::string_view text) const {
  const std::string_view digits = text.substr(0, text.find('\0'));
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) {
    fail("a float's digits");
  }
  return value;
}

Term Reader::big(std::uint64_t size) {
  const unsigned sign = byte();
  return Term::integer(sign != 0, take(size));
}

Term Reader::bits() {
  const std::uint64_t size = big_endian(4);
  const unsigned used = byte();
  if (used < 1 || used > 8 || size == 0) fail("a bit string of 1 to 8 bits in its last byte");
  std::string bytes(take(size));
  if (used == 8) return bytes;
  bytes.back() = static_cast<char>(static_cast<unsigned char>(bytes.back()) & (0xFF00U >> used));
  return BitString{std::move(bytes), static_cast<unsigned char>(used)};
}

/// Each item takes at least a byte. Reserve no more than the bytes can fill, nor than the limit
/// allows if each item claims the same size.
void Reader::claim(std::uint64_t count) {
  if (count > bytes_.size() || count > terms_left_) fail("as many terms as it says");
  terms_left_ -= count;
}

Term Reader::claimed(std::size_t depth) {
  ++terms_left_;  // the term takes its own place
  return term(depth);
}

std::vector<Term> Reader::terms(std::uint64_t count, std::size_t depth) {
  claim(count);
  std::vector<Term> found;
  found.reserve(count);
  for (; count > 0; --count) found.push_back(claimed(depth + 1));
  return found;
}

Term Reader::bytes_as_list() {
  const std::string_view bytes = take(big_endian(2));
  if (bytes.size() > terms_left_) fail("fewer terms");
  terms_left_ -= bytes.size();
  std::vector<Term> found;
  found.reserve(bytes.size());
  for (const char c : bytes) found.emplace_back(static_cast<unsigned char>(c));
  return Term::list(std::move(found));
}

/// A tail that is a list continues this list.
Term Reader::items(std::size_t depth) {
  std::vector<Term> found = terms(big_endian(4), depth);
  Term tail = term(depth + 1);
  const List* more = tail.get<List>();
  if (more == nullptr) return Term::improper(std::move(found), std::move(tail));
  found.insert(found.end(), more->items.begin(), more->items.end());
  return more->tail ? Term::improper(std::move(found), *more->tail) : Term::list(std::move(found));
}

Term Reader::sequence(std::uint64_t size, std::size_t depth) {
  return Term::tuple(terms(size, depth));
}

/// A duplicate key is an error, as in Erlang.
Term Reader::members(std::size_t depth) {
  const std::uint64_t count = big_endian(4);
  claim(2 * count);
  std::vector<Map::Pair> pairs;
  pairs.reserve(count);
  for (std::uint64_t left = count; left > 0; --left) {
    Term key = claimed(depth + 1);
    pairs.emplace_back(std::move(key), claimed(depth + 1));
  }
  Term found = Term::map(std::move(pairs));
  if (found.get<Map>()->pairs.size() != count) fail("each key once");
  return found;
}

Atom Reader::atom() { return atom(byte()); }

Atom Reader::atom(unsigned tag) {
  switch (tag) {
    case Tag::atom: return atom_of(take(big_endian(2)), true);
    case small_atom: return atom_of(take(byte()), true);
    case atom_utf8: return atom_of(take(big_endian(2)), false);
    case small_atom_utf8: return atom_of(take(byte()), false);
    default: fail("an atom");
  }
}

Atom Reader::atom_of(std::string_view name, bool latin1) const {
  constexpr std::size_t longest = 255;
  const auto characters = latin1 ? name.size() : characters_of(name);
  if (!characters || *characters > longest) fail("an atom of at most 255 characters");
  return {latin1 ? utf8_of_latin1(name) : std::string(name)};
}

Pid Reader::pid_of(unsigned tag) {
  if (tag != Tag::pid && tag != new_pid) fail("a pid");
  Pid found{atom(), word(), word()};
  found.creation = tag == new_pid ? word() : byte();
  return found;
}

Term Reader::port(unsigned tag) {
  Port found{atom(), big_endian(tag == v4_port ? 8 : 4)};
  found.creation = tag == Tag::port ? byte() : word();
  return found;
}

Term Reader::reference(unsigned tag) {
  const std::uint64_t size = big_endian(2);
  if (size < 1 || size > 5) fail("a reference of 1 to 5 words");
  Reference found;
  found.node = atom();
  found.creation = tag == newer_reference ? word() : byte();
  for (std::uint64_t left = size; left > 0; --left) found.words.push_back(word());
  return found;
}

Term Reader::export_fun() {
  Export found{atom(), atom()};
  if (byte() != small_integer) fail("an arity");
  found.arity = static_cast<unsigned char>(byte());
  return found;
}

/// Size, arity, unique, index, count of captured terms, module, old index, old unique, creator.
Term Reader::fun(std::size_t depth) {
  const std::size_t before = bytes_.size();
  const std::uint64_t size = big_endian(4);
  Fun found;
  found.arity = static_cast<unsigned char>(byte());
  found.unique = take(16);
  found.index = word();
  const std::uint64_t captured = big_endian(4);
  found.module = atom();
  const auto number = [this, depth] {
    const Term value = term(depth + 1);
    const long long* whole = value.get<long long>();
    if (whole == nullptr || *whole != static_cast<std::int32_t>(*whole)) fail("32 bits");
    return static_cast<std::int32_t>(*whole);
  };
  found.old_index = number();
  found.old_unique = number();
  found.creator = pid_of(byte());
  found.captured = terms(captured, depth);
  if (before - bytes_.size() != size) fail("a fun of the size that it says");
  return found;
}

Term decode(std::string_view bytes, const Limits& limits) { return Reader(bytes, limits).term(); }

Term decode_whole(std::string_view bytes, const Limits& limits) {
  Reader reader(bytes, limits);
  Term term = reader.term();
  if (!reader.rest().empty()) throw TermError("expected nothing after the term");
  return term;
}

}  // namespace phx::etf
