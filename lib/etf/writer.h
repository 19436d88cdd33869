#pragma once
/// \file
/// Writes terms as term_to_binary/1 does, whole or piece by piece.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "etf/term.h"

namespace phx::etf {

/// Which tags atoms get. Erlang reads them all.
enum class Atoms : unsigned char {
  utf8,    ///< As OTP 26 and later write them.
  latin1,  ///< As OTP 25 and earlier do, if the name fits latin-1.
};

/// Appends terms to bytes that begin with the version. The terms written next are a tuple's or a
/// map's items: the caller counts them.
///
///     Writer writer;  // {binary, <<0, 255>>}
///     writer.tuple(2);
///     writer.atom("binary");
///     writer.binary(bytes);
///     const std::string written = writer.take();
class Writer {
 public:
  explicit Writer(Atoms atoms = Atoms::utf8);

  void term(const Term& term);
  void atom(std::string_view name);
  void integer(long long value);
  /// REQUIRES: finite.
  void real(double value);
  void binary(std::string_view bytes);
  void tuple(std::size_t size);
  void map(std::size_t pairs);
  /// A map whose pairs are counted while they are written: close_map() takes what open_map()
  /// returned, and sets the size.
  std::size_t open_map();
  void close_map(std::size_t map, std::size_t pairs);
  /// A list of these bytes as integers, in Erlang's shortest form.
  void bytes_as_list(std::string_view bytes);
  /// A list's head; its tail comes after the items, usually empty_list().
  void list(std::size_t items);
  void empty_list();
  /// A term that was written earlier, without its version.
  void raw(std::string_view written) { out_ += written; }

  std::string take() { return std::move(out_); }

 private:
  void byte(unsigned value) { out_ += static_cast<char>(value); }
  void big_endian(std::uint64_t value, int bytes);
  void size32(std::size_t size);
  void big(bool negative, std::string_view magnitude);
  void write(long long value) { integer(value); }
  void write(double value) { real(value); }
  void write(const std::string& value) { binary(value); }
  void write(const Atom& value) { atom(value.name); }
  void write(const BigInteger& value) { big(value.negative, value.magnitude); }
  void write(const BitString& value);
  void write(const Tuple& value);
  void write(const List& value);
  void write(const Map& value);
  void write(const Pid& value);
  void write(const Port& value);
  void write(const Reference& value);
  void write(const Export& value);
  void write(const Fun& value);

  const Atoms atoms_;
  std::string out_;
};

std::string encode(const Term& term, Atoms atoms = Atoms::utf8);
/// Compressed by zlib at this level, 1 to 9, if that makes it shorter.
std::string deflated(std::string encoded, int level);

}  // namespace phx::etf
