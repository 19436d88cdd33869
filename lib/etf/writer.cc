/// Writes the shortest tag for each value, as Erlang does.

#include "etf/writer.h"

#include <zlib.h>

#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "base/check.h"
#include "base/utf8.h"
#include "etf/tags.h"

namespace phx::etf {
namespace {

constexpr std::size_t longest_string = 65'535;  // of a list written as STRING

/// Latin-1, or nothing if a character is beyond it.
std::optional<std::string> latin1_of(std::string_view utf8) {
  std::string text;
  while (!utf8.empty()) {
    const std::size_t size = utf8_sequence(utf8);
    if (size == 0 || size > 2 || code_point(utf8.substr(0, size)) > 0xFF) return {};
    text += static_cast<char>(code_point(utf8.substr(0, size)));
    utf8.remove_prefix(size);
  }
  return text;
}

/// The items if all are bytes and fit into a STRING.
std::optional<std::string> bytes_in(const std::vector<Term>& items) {
  if (items.size() > longest_string) return {};
  std::string bytes;
  for (const Term& item : items) {
    const long long* value = item.get<long long>();
    if (value == nullptr || *value < 0 || *value > 255) return {};
    bytes += static_cast<char>(*value);
  }
  return bytes;
}

}  // namespace

Writer::Writer(Atoms atoms) : atoms_(atoms) { byte(version); }

void Writer::big_endian(std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) byte(static_cast<unsigned>(value >> (8 * i)) & 255);
}

void Writer::size32(std::size_t size) {
  check(size <= std::numeric_limits<std::uint32_t>::max(), "a size in a term fits 32 bits");
  big_endian(size, 4);
}

void Writer::term(const Term& term) {
  term.visit([this](const auto& value) { write(value); });
}

void Writer::atom(std::string_view name) {
  if (const auto latin1 = atoms_ == Atoms::latin1 ? latin1_of(name) : std::nullopt) {
    byte(Tag::atom);
    big_endian(latin1->size(), 2);
    out_ += *latin1;
    return;
  }
  check(name.size() <= 4 * 255, "an atom has at most 255 characters");
  byte(name.size() <= 255 ? small_atom_utf8 : atom_utf8);
  big_endian(name.size(), name.size() <= 255 ? 1 : 2);
  out_ += name;
}

void Writer::integer(long long value) {
  if (value >= 0 && value <= 255) {
    byte(small_integer);
    return byte(static_cast<unsigned>(value));
  }
  if (value >= std::numeric_limits<std::int32_t>::min() &&
      value <= std::numeric_limits<std::int32_t>::max()) {
    byte(Tag::integer);
    return big_endian(static_cast<std::uint32_t>(value), 4);
  }
  const auto bits = static_cast<std::uint64_t>(value);
  std::string magnitude;
  for (std::uint64_t left = value < 0 ? 0 - bits : bits; left > 0; left >>= 8) {
    magnitude += static_cast<char>(left & 255);
  }
  big(value < 0, magnitude);
}

void Writer::big(bool negative, std::string_view magnitude) {
  byte(magnitude.size() <= 255 ? small_big : large_big);
  if (magnitude.size() <= 255) {
    byte(static_cast<unsigned>(magnitude.size()));
  } else {
    size32(magnitude.size());
  }
  byte(negative ? 1 : 0);
  out_ += magnitude;
}

void Writer::real(double value) {
  check(std::isfinite(value), "a float in a term is finite");
  byte(new_float);
  big_endian(std::bit_cast<std::uint64_t>(value), 8);
}

void Writer::binary(std::string_view bytes) {
  byte(Tag::binary);
  size32(bytes.size());
  out_ += bytes;
}

void Writer::tuple(std::size_t size) {
  byte(size <= 255 ? small_tuple : large_tuple);
  if (size <= 255) return byte(static_cast<unsigned>(size));
  size32(size);
}

void Writer::map(std::size_t pairs) {
  byte(Tag::map);
  size32(pairs);
}

std::size_t Writer::open_map() {
  map(0);
  return out_.size() - 4;
}

void Writer::close_map(std::size_t map, std::size_t pairs) {
  for (std::size_t i = 0; i < 4; ++i) {
    out_[map + i] = static_cast<char>(pairs >> (8 * (3 - i)) & 0xFF);
  }
}

void Writer::list(std::size_t items) {
  byte(Tag::list);
  size32(items);
}

void Writer::empty_list() { byte(nil); }

void Writer::bytes_as_list(std::string_view bytes) {
  if (bytes.empty()) return empty_list();
  if (bytes.size() <= longest_string) {
    byte(string);
    big_endian(bytes.size(), 2);
    out_ += bytes;
    return;
  }
  list(bytes.size());
  for (const char c : bytes) integer(static_cast<unsigned char>(c));
  empty_list();
}

void Writer::write(const BitString& value) {
  byte(bit_binary);
  size32(value.bytes.size());
  byte(value.bits);
  out_ += value.bytes;
}

void Writer::write(const Tuple& value) {
  tuple(value.items.size());
  for (const Term& item : value.items) term(item);
}

void Writer::write(const List& value) {
  if (!value.tail) {
    if (const auto bytes = bytes_in(value.items)) return bytes_as_list(*bytes);
  }
  list(value.items.size());
  for (const Term& item : value.items) term(item);
  if (value.tail) return term(*value.tail);
  empty_list();
}

void Writer::write(const Map& value) {
  map(value.pairs.size());
  for (const auto& [key, member] : value.pairs) {
    term(key);
    term(member);
  }
}

void Writer::write(const Pid& value) {
  byte(new_pid);
  write(value.node);
  big_endian(value.id, 4);
  big_endian(value.serial, 4);
  big_endian(value.creation, 4);
}

void Writer::write(const Port& value) {
  const bool wide = value.id > std::numeric_limits<std::uint32_t>::max();
  byte(wide ? v4_port : new_port);
  write(value.node);
  big_endian(value.id, wide ? 8 : 4);
  big_endian(value.creation, 4);
}

void Writer::write(const Reference& value) {
  byte(newer_reference);
  big_endian(value.words.size(), 2);
  write(value.node);
  big_endian(value.creation, 4);
  for (const std::uint32_t word : value.words) big_endian(word, 4);
}

void Writer::write(const Export& value) {
  byte(export_fun);
  write(value.module);
  write(value.function);
  integer(value.arity);
}

/// Its size comes first, so the rest is written to a buffer of its own.
void Writer::write(const Fun& value) {
  Writer rest(atoms_);
  rest.out_.clear();
  rest.byte(value.arity);
  rest.out_ += value.unique;
  rest.big_endian(value.index, 4);
  rest.size32(value.captured.size());
  rest.write(value.module);
  rest.integer(value.old_index);
  rest.integer(value.old_unique);
  rest.write(value.creator);
  for (const Term& term : value.captured) rest.term(term);
  byte(new_fun);
  size32(rest.out_.size() + 4);
  out_ += rest.out_;
}

std::string encode(const Term& term, Atoms atoms) {
  Writer writer(atoms);
  writer.term(term);
  return writer.take();
}

std::string deflated(std::string encoded, int level) {
  constexpr std::size_t head = 6;  // version, tag, four bytes of size
  const std::size_t size = encoded.size() - 1;
  if (size > std::numeric_limits<std::uint32_t>::max()) return encoded;
  auto packed_size = compressBound(static_cast<uLong>(size));
  std::string packed(head + packed_size, '\0');
  const int result = compress2(reinterpret_cast<Bytef*>(packed.data() + head), &packed_size,
                               reinterpret_cast<const Bytef*>(encoded.data() + 1),
                               static_cast<uLong>(size), level);
  packed.resize(head + packed_size);
  if (result != Z_OK || packed.size() >= encoded.size()) return encoded;
  packed[0] = static_cast<char>(version);
  packed[1] = static_cast<char>(compressed);
  for (int i = 0; i < 4; ++i)
    packed[2 + static_cast<std::size_t>(i)] = static_cast<char>(size >> (24 - 8 * i) & 255);
  return packed;
}

}  // namespace phx::etf
