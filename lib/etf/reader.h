#pragma once
/// \file
/// Reads what term_to_binary/1 wrote, whole or piece by piece.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "etf/term.h"

namespace phx::etf {

/// The bytes are not a term, or the term exceeds the limits; what() says what was expected, and
/// where.
class TermError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What an untrusted term may cost. A term in memory takes 40 bytes plus its contents.
struct Limits {
  std::size_t depth = 256;        ///< Nesting.
  std::size_t terms = 1'000'000;  ///< At all depths together.
  /// If not 0, a long message may hold more terms: one for each `bytes_a_term` bytes.
  std::size_t bytes_a_term = 0;
  std::size_t inflated = std::size_t{64}
                         << 20;  ///< The inflated size of a compressed term, in bytes.
};

/// Reads a term's bytes from left to right. The bytes must outlive it. Each call throws TermError
/// if the next term is of another type. Neither copied nor moved.
class Reader {
 public:
  /// Reads the version, and inflates a compressed term.
  explicit Reader(std::string_view bytes, const Limits& limits = {});
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Any term.
  Term term() { return term(0); }
  /// Any term. A part that is nested too deeply is replaced by `fun phx:too_deep/0`, which has no
  /// JSON; the rest is read.
  Term shallow_term();
  /// A tuple's size; its items follow.
  std::size_t tuple();
  /// A binary's bytes. If the next term is not a binary: nothing, and the position stays.
  std::optional<std::string_view> binary();
  /// The bytes not read yet.
  std::string_view rest() const { return bytes_; }

 private:
  Term term(std::size_t depth);
  Term skipped();
  std::uint64_t skip_head();
  Term real(std::string_view text) const;
  Term big(std::uint64_t size);
  Term bits();
  Term bytes_as_list();
  Term items(std::size_t depth);
  Term members(std::size_t depth);
  Term sequence(std::uint64_t size, std::size_t depth);
  Term pid(unsigned tag);
  Term port(unsigned tag);
  Term reference(unsigned tag);
  Term fun(std::size_t depth);
  Term export_fun();
  Atom atom();
  Atom atom(unsigned tag);
  Atom atom_of(std::string_view name, bool latin1) const;
  Pid pid_of(unsigned tag);
  std::vector<Term> terms(std::uint64_t count, std::size_t depth);
  /// Subtracts `count` from the terms still allowed; claimed() then reads each of them.
  void claim(std::uint64_t count);
  Term claimed(std::size_t depth);
  void inflate(const Limits& limits);

  unsigned byte() { return static_cast<unsigned char>(take(1)[0]); }
  std::string_view take(std::uint64_t size);
  std::uint64_t big_endian(int bytes);
  std::uint32_t word() { return static_cast<std::uint32_t>(big_endian(4)); }
  [[noreturn, gnu::cold]] void fail(const char* expected) const;

  const char* begin_;
  std::string_view bytes_;
  std::string inflated_;
  std::size_t depth_limit_;
  std::size_t terms_left_;
  bool skips_what_is_deep_ = false;
};

/// The term at the start of the bytes. Bytes after it are ignored, as by binary_to_term/1. \throws
/// TermError.
Term decode(std::string_view bytes, const Limits& limits = {});
/// The same, but no bytes may follow the term.
Term decode_whole(std::string_view bytes, const Limits& limits = {});

}  // namespace phx::etf
