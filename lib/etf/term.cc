/// Builds, finds and orders terms.

#include "etf/term.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

#include "base/check.h"

namespace phx::etf {
namespace {

/// The lowest byte first, without leading zeros.
std::string bytes_of(std::uint64_t magnitude) {
  std::string bytes;
  for (; magnitude > 0; magnitude >>= 8) bytes += static_cast<char>(magnitude & 255);
  return bytes;
}

BigInteger widened(long long value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return {value < 0, bytes_of(value < 0 ? 0 - bits : bits)};
}

/// A float of 2^53 or more is a whole number.
BigInteger widened(double value) {
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(value), &exponent);
  constexpr int digits = std::numeric_limits<double>::digits;
  auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, digits));
  const int shift = exponent - digits;
  std::string magnitude(static_cast<std::size_t>(shift / 8), '\0');
  // 53 bits and at most 7 more fit into 64.
  return {value < 0, magnitude + bytes_of(mantissa << (shift % 8))};
}

std::strong_ordering compare_exactly(double a, double b) {
  if (a != b) return a < b ? std::strong_ordering::less : std::strong_ordering::greater;
  // -0.0 and 0.0 are equal, but two terms.
  return std::signbit(b) <=> std::signbit(a);
}

std::strong_ordering compare_all(const std::vector<Term>& a, const std::vector<Term>& b) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
}

std::strong_ordering compare(const Tuple& a, const Tuple& b) {
  if (a.items.size() != b.items.size()) return a.items.size() <=> b.items.size();
  return compare_all(a.items, b.items);
}

/// By size, then by keys, then by values.
std::strong_ordering compare(const Map& a, const Map& b) {
  if (a.pairs.size() != b.pairs.size()) return a.pairs.size() <=> b.pairs.size();
  for (std::size_t i = 0; i < a.pairs.size(); ++i) {
    if (const auto keys = a.pairs[i].first <=> b.pairs[i].first; keys != 0) return keys;
  }
  for (std::size_t i = 0; i < a.pairs.size(); ++i) {
    if (const auto values = a.pairs[i].second <=> b.pairs[i].second; values != 0) return values;
  }
  return std::strong_ordering::equal;
}

/// Item by item; if one list ends first, its tail is compared with the rest of the other, a list.
std::strong_ordering compare(const List& a, const List& b) {
  const std::size_t both = std::min(a.items.size(), b.items.size());
  for (std::size_t i = 0; i < both; ++i) {
    if (const auto items = a.items[i] <=> b.items[i]; items != 0) return items;
  }
  static const Term end = Term::list();
  const auto rest = [both](const List& list) {
    if (list.items.size() == both) return list.tail ? *list.tail : end;
    return Term::list({list.items.begin() + static_cast<std::ptrdiff_t>(both), list.items.end()});
  };
  if (a.items.size() == both && b.items.size() == both && !a.tail && !b.tail) {
    return std::strong_ordering::equal;
  }
  // Only one side can still have items, so this ends.
  const bool a_ends = a.items.size() == both && !a.tail;
  const bool b_ends = b.items.size() == both && !b.tail;
  if (a_ends && b.items.size() > both) return std::strong_ordering::less;
  if (b_ends && a.items.size() > both) return std::strong_ordering::greater;
  return rest(a) <=> rest(b);
}

template <class T>
std::strong_ordering compare(const T& a, const T& b) {
  return a <=> b;
}

}  // namespace

std::strong_ordering BigInteger::operator<=>(const BigInteger& other) const {
  if (negative != other.negative) return other.negative <=> negative;
  const BigInteger& low = negative ? other : *this;
  const BigInteger& high = negative ? *this : other;
  if (low.magnitude.size() != high.magnitude.size()) {
    return low.magnitude.size() <=> high.magnitude.size();
  }
  return std::lexicographical_compare_three_way(
      low.magnitude.rbegin(), low.magnitude.rend(), high.magnitude.rbegin(), high.magnitude.rend(),
      [](char x, char y) {
        return static_cast<unsigned char>(x) <=> static_cast<unsigned char>(y);
      });
}

/// The number comes before the node, as in the emulator's order.
std::strong_ordering Pid::operator<=>(const Pid& other) const {
  if (const auto serials = serial <=> other.serial; serials != 0) return serials;
  if (const auto ids = id <=> other.id; ids != 0) return ids;
  if (const auto nodes = node <=> other.node; nodes != 0) return nodes;
  return creation <=> other.creation;
}

std::strong_ordering Fun::operator<=>(const Fun& other) const {
  const auto own = std::tie(module, index, unique, arity, old_index, old_unique, creator);
  const auto its = std::tie(other.module, other.index, other.unique, other.arity, other.old_index,
                            other.old_unique, other.creator);
  if (const auto order = own <=> its; order != 0) return order;
  return compare_all(captured, other.captured);
}
bool Fun::operator==(const Fun& other) const { return (*this <=> other) == 0; }

Term::Term() : Term(Atom{"nil"}) {}
Term::Term(const Term& other) = default;
Term::Term(Term&& other) noexcept = default;
Term& Term::operator=(const Term& other) = default;
Term& Term::operator=(Term&& other) noexcept = default;
Term::~Term() = default;
Term::Term(Value value) : value_(std::move(value)) {}
Term::Term(std::string bytes) : value_(std::move(bytes)) {}
Term::Term(std::string_view bytes) : value_(std::string(bytes)) {}
Term::Term(const char* bytes) : value_(std::string(bytes)) {}
Term::Term(Atom value) : value_(std::move(value)) {}
Term::Term(bool value) : Term(Atom{value ? "true" : "false"}) {}
Term::Term(double value) : value_(value) {
  check(std::isfinite(value), "a float in a term is finite");
}
Term::Term(Pid value) : value_(std::make_shared<const Pid>(std::move(value))) {}
Term::Term(Port value) : value_(std::make_shared<const Port>(std::move(value))) {}
Term::Term(Reference value) : value_(std::make_shared<const Reference>(std::move(value))) {}
Term::Term(Export value) : value_(std::make_shared<const Export>(std::move(value))) {}
Term::Term(Fun value) : value_(std::make_shared<const Fun>(std::move(value))) {}
Term::Term(BitString value) : value_(std::make_shared<const BitString>(std::move(value))) {}

Term Term::tuple(std::vector<Term> items) {
  return Term(Value(std::make_shared<const Tuple>(Tuple{std::move(items)})));
}

Term Term::list(std::vector<Term> items) {
  return Term(Value(std::make_shared<const List>(List{std::move(items), nullptr})));
}

Term Term::improper(std::vector<Term> items, Term tail) {
  if (items.empty()) return tail;
  check(!tail.is_list(), "an improper list's tail is not a list");
  auto end = std::make_shared<const Term>(std::move(tail));
  return Term(Value(std::make_shared<const List>(List{std::move(items), std::move(end)})));
}

Term Term::map(std::vector<Map::Pair> pairs) {
  const auto by_key = [](const Map::Pair& a, const Map::Pair& b) { return a.first < b.first; };
  if (!std::is_sorted(pairs.begin(), pairs.end(), by_key)) {
    std::stable_sort(pairs.begin(), pairs.end(), by_key);
  }
  // Backwards, so that the later of two equal keys stays.
  const auto same = [](const Map::Pair& a, const Map::Pair& b) { return a.first == b.first; };
  const auto kept = std::unique(pairs.rbegin(), pairs.rend(), same).base();
  pairs.erase(pairs.begin(), kept);
  return Term(Value(std::make_shared<const Map>(Map{std::move(pairs)})));
}

Term Term::integer(bool negative, std::string_view magnitude) {
  while (!magnitude.empty() && magnitude.back() == '\0') magnitude.remove_suffix(1);
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<long long>::max());
  std::uint64_t value = 0;
  if (magnitude.size() <= sizeof value) {
    for (std::size_t i = magnitude.size(); i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(magnitude[i]);
    }
    if (value <= most)
      return negative ? -static_cast<long long>(value) : static_cast<long long>(value);
    if (negative && value == most + 1) return std::numeric_limits<long long>::min();
  }
  return Term(
      Value(std::make_shared<const BigInteger>(BigInteger{negative, std::string(magnitude)})));
}

Term Term::whole(long long value) { return Term(Value(value)); }

Term Term::beyond(unsigned long long value) { return integer(false, bytes_of(value)); }

bool Term::is_atom(std::string_view name) const {
  const Atom* atom = get<Atom>();
  return atom != nullptr && atom->name == name;
}

const std::vector<Term>* Term::tuple_of(std::size_t size) const {
  const Tuple* tuple = get<Tuple>();
  return tuple != nullptr && tuple->items.size() == size ? &tuple->items : nullptr;
}

const Term* Term::find(const Term& key) const {
  const Map* map = get<Map>();
  if (map == nullptr) return nullptr;
  const auto found =
      std::lower_bound(map->pairs.begin(), map->pairs.end(), key,
                       [](const Map::Pair& pair, const Term& k) { return pair.first < k; });
  return found != map->pairs.end() && found->first == key ? &found->second : nullptr;
}

/// The rank of its type in Erlang's order: all numbers share one, as do binaries and bit strings.
int Term::rank() const {
  constexpr std::array<int, std::variant_size_v<Value>> ranks{0, 0, 0, 1, 2, 3, 3,
                                                              4, 5, 6, 7, 8, 9, 9};
  return ranks.at(value_.index());
}

std::strong_ordering Term::compare_numbers(const Term& a, const Term& b) {
  if (const auto* x = a.get<long long>(), *y = b.get<long long>(); x && y) return *x <=> *y;
  if (const auto* x = a.get<double>(), *y = b.get<double>(); x && y) return compare_exactly(*x, *y);
  constexpr double exact = 9007199254740992.0;  // 2^53: below it a float may have a fraction
  const auto small = [](const Term& t) -> const double* {
    const double* value = t.get<double>();
    return value != nullptr && std::fabs(*value) < exact ? value : nullptr;
  };
  // An integer against a float with a fraction: as floats, if the integer is exactly a float.
  const auto against = [](const Term& whole, double real) {
    const long long* value = whole.get<long long>();
    if (value == nullptr || std::fabs(static_cast<double>(*value)) > exact) {
      const bool negative = value != nullptr ? *value < 0 : whole.get<BigInteger>()->negative;
      return negative ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    const auto as_real = static_cast<double>(*value);
    if (as_real != real) {
      return as_real < real ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    return std::strong_ordering::less;  // 1 before 1.0
  };
  if (const double* real = small(b)) return against(a, *real);
  if (const double* real = small(a)) return 0 <=> against(b, *real);
  const auto wide = [](const Term& t) {
    if (const auto* value = t.get<long long>()) return widened(*value);
    if (const auto* value = t.get<double>()) return widened(*value);
    return *t.get<BigInteger>();
  };
  if (const auto order = wide(a) <=> wide(b); order != 0) return order;
  return (a.get<double>() != nullptr) <=> (b.get<double>() != nullptr);
}

std::strong_ordering Term::operator<=>(const Term& other) const {
  if (const auto ranks = rank() <=> other.rank(); ranks != 0) return ranks;
  if (rank() == 0) return compare_numbers(*this, other);
  // Types of one rank, a binary and bits, an export and a fun: by what both have.
  if (value_.index() != other.value_.index()) {
    const auto bits = [](const Term& t) -> const std::string* {
      if (const auto* binary = t.get<std::string>()) return binary;
      const auto* string = t.get<BitString>();
      return string != nullptr ? &string->bytes : nullptr;
    };
    const std::string* own = bits(*this);
    const std::string* its = bits(other);
    if (own != nullptr && its != nullptr && *own != *its) return *own <=> *its;
    return value_.index() <=> other.value_.index();
  }
  return visit([&other]<class T>(const T& value) -> std::strong_ordering {
    if constexpr (std::same_as<T, double>) {
      return compare_exactly(value, *other.get<double>());
    } else {
      return compare(value, *other.get<T>());
    }
  });
}

}  // namespace phx::etf
