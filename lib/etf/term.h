#pragma once
/// \file
/// An Erlang term as a value: what Phoenix nodes send each other.
///
///     const Term beat = Term::tuple({Term::atom("pub"), Term::atom("heartbeat"), "node", 42});
///     const Term same = decode(encode(beat));  // etf/reader.h, etf/writer.h

#include <compare>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace phx::etf {

class Term;

/// A name; two atoms of the same name are the same atom. Always valid UTF-8, at most 255
/// characters.
struct Atom {
  std::string name;
  auto operator<=>(const Atom&) const = default;
};

/// An integer beyond 64 bits: its magnitude's bytes, the lowest first, without leading zeros.
struct BigInteger {
  bool negative = false;
  std::string magnitude;
  bool operator==(const BigInteger&) const = default;
  std::strong_ordering operator<=>(const BigInteger& other) const;
};

/// Bits that do not fill their last byte: its upper `bits` (1 to 7) count, and the rest are 0.
struct BitString {
  std::string bytes;
  unsigned char bits = 1;
  auto operator<=>(const BitString&) const = default;
};

struct Pid {
  Atom node;
  std::uint32_t id = 0;
  std::uint32_t serial = 0;
  std::uint32_t creation = 0;
  bool operator==(const Pid&) const = default;
  std::strong_ordering operator<=>(const Pid& other) const;
};

struct Port {
  Atom node;
  std::uint64_t id = 0;
  std::uint32_t creation = 0;
  auto operator<=>(const Port&) const = default;
};

/// What make_ref/0 returns: one to five words.
struct Reference {
  Atom node;
  std::uint32_t creation = 0;
  std::vector<std::uint32_t> words;
  auto operator<=>(const Reference&) const = default;
};

/// `fun Module:Function/Arity`.
struct Export {
  Atom module;
  Atom function;
  unsigned char arity = 0;
  auto operator<=>(const Export&) const = default;
};

/// A closure. Only its own node can call it; here it is kept, and written as it was read.
struct Fun {
  unsigned char arity = 0;
  std::string unique;  ///< 16 bytes: the MD5 of its module's code.
  std::uint32_t index = 0;
  Atom module;
  std::int32_t old_index = 0;
  std::int32_t old_unique = 0;
  Pid creator;
  std::vector<Term> captured;
  std::strong_ordering operator<=>(const Fun& other) const;
  bool operator==(const Fun& other) const;
};

struct Tuple {
  std::vector<Term> items;
};

/// Ends in the empty list or, if it is improper, in `tail`.
struct List {
  std::vector<Term> items;
  std::shared_ptr<const Term> tail;  ///< Null for a proper list; never itself a list.
};

/// Pairs, ordered by key; each key once.
struct Map {
  using Pair = std::pair<Term, Term>;
  std::vector<Pair> pairs;
};

/// Immutable, so copies share large contents, also between threads.
///
/// The order is Erlang's (numbers < atoms < references < funs < ports < pids < tuples < maps <
/// lists < binaries), made strict: 1 and 1.0 are two terms, as for `=:=`, and 1 comes first.
class Term {
 public:
  /// `nil`.
  Term();
  // In term.cc: the variant's own are long, and most files of the library would compile them.
  Term(const Term& other);
  Term(Term&& other) noexcept;
  Term& operator=(const Term& other);
  Term& operator=(Term&& other) noexcept;
  ~Term();
  Term(bool value);
  Term(double value);
  /// A binary, which in Elixir is a string.
  Term(std::string bytes);
  Term(std::string_view bytes);
  Term(const char* bytes);
  template <std::integral T>
  requires(!std::same_as<T, bool>) Term(T value)
      : Term(std::unsigned_integral<T> && static_cast<long long>(value) < 0
                 ? beyond(static_cast<unsigned long long>(value))
                 : whole(static_cast<long long>(value))) {}
  Term(Atom value);
  Term(Pid value);
  Term(Port value);
  Term(Reference value);
  Term(Export value);
  Term(Fun value);
  Term(BitString value);

  static Term atom(std::string_view name) { return Atom{std::string(name)}; }
  static Term tuple(std::vector<Term> items);
  static Term list(std::vector<Term> items = {});
  /// REQUIRES: `tail` is not a list, or `items` is empty: then the term is `tail` alone.
  static Term improper(std::vector<Term> items, Term tail);
  /// Of two pairs with the same key the later stays, as in Map.new/1.
  static Term map(std::vector<Map::Pair> pairs = {});
  static Term integer(bool negative, std::string_view magnitude);

  bool is_nil() const { return is_atom("nil"); }
  bool is_atom(std::string_view name) const;
  bool is_list() const { return get<List>() != nullptr; }
  /// The value if the term is of that type, otherwise null: `long long`, `BigInteger`, `double`,
  /// `Atom`, `std::string` (a binary), `BitString`, `Tuple`, `List`, `Map`, `Pid`, `Port`,
  /// `Reference`, `Export`, `Fun`. Valid while this term, or a copy of it, lives.
  template <class T>
  const T* get() const {
    if constexpr (is_stored_inline<T>) {
      return std::get_if<T>(&value_);
    } else {
      const auto* shared = std::get_if<Shared<T>>(&value_);
      return shared != nullptr ? shared->get() : nullptr;
    }
  }
  /// The items of a tuple of this size; otherwise null.
  const std::vector<Term>* tuple_of(std::size_t size) const;
  /// The value at `key`; null if this is not a map, or has no such key.
  const Term* find(const Term& key) const;
  const Term* find_atom(std::string_view key) const { return find(atom(key)); }

  std::strong_ordering operator<=>(const Term& other) const;
  bool operator==(const Term& other) const { return (*this <=> other) == 0; }

  /// Calls `visitor` with the value, one of the types that get() names.
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const {
    return std::visit(
        [&visitor]<class T>(const T& value) -> decltype(auto) {
          if constexpr (is_stored_inline<T>) {
            return visitor(value);
          } else {
            return visitor(*value);
          }
        },
        value_);
  }

 private:
  template <class T>
  using Shared = std::shared_ptr<const T>;
  template <class T>
  static constexpr bool is_stored_inline = std::same_as<T, long long> || std::same_as<T, double> ||
                                           std::same_as<T, Atom> || std::same_as<T, std::string>;
  using Value = std::variant<long long, Shared<BigInteger>, double, Atom, Shared<Reference>,
                             Shared<Export>, Shared<Fun>, Shared<Port>, Shared<Pid>, Shared<Tuple>,
                             Shared<Map>, Shared<List>, std::string, Shared<BitString>>;
  explicit Term(Value value);
  static Term whole(long long value);
  static Term beyond(unsigned long long value);
  int rank() const;
  static std::strong_ordering compare_numbers(const Term& a, const Term& b);

  Value value_;
};

}  // namespace phx::etf
