/// Writes a token's data as an Erlang term, and reads such terms as JSON.

#include "tokens/term.h"

#include <limits>

#include "etf/reader.h"
#include "etf/writer.h"
#include "serializer/scanner.h"

namespace phx::tokens {
namespace {

using etf::Term;

/// A signature is checked first, but another application may have signed it.
constexpr etf::Limits limits{.depth = 64, .terms = 1'000'000, .inflated = std::size_t{1} << 20};

// --- Writing ------------------------------------------------------------------------------------

Term term_of(const Json& value) {
  const json_t* json = value.get();
  if (value.is_integer()) return value.integer_or(0);
  if (value.is_string()) return value.string_or("");
  if (json_is_real(json)) return json_real_value(json);
  if (value.is_array()) {
    std::vector<Term> items;
    for (std::size_t i = 0; i < value.size(); ++i) items.push_back(term_of(value[i]));
    return Term::list(std::move(items));
  }
  if (value.is_object()) {
    std::vector<etf::Map::Pair> pairs;
    for (const auto& [key, member] : value.sorted_members()) {
      pairs.emplace_back(key, term_of(member));
    }
    return Term::map(std::move(pairs));
  }
  return value.is_null() ? Term() : Term(json_is_true(json));
}

// --- Reading ------------------------------------------------------------------------------------

/// JSON can't hold the term. Caught within this file.
struct Unreadable {};

/// Strict: only terms that have a JSON value. Lenient: any term, as decode_any_term says.
enum class Mode { strict, lenient };

Json json_of(const Term& term, Mode mode);

Json bytes_of(std::string_view bytes) {
  Json list = Json::array();
  for (const char c : bytes) list.append(static_cast<int>(static_cast<unsigned char>(c)));
  return list;
}

Json items_of(const std::vector<Term>& items, Mode mode) {
  Json found = Json::array();
  for (const Term& item : items) found.append(json_of(item, mode));
  return found;
}

/// The term's JSON value, if it has one or the mode allows one.
class Converter {
 public:
  explicit Converter(Mode mode) : mode_(mode) {}

  Json operator()(long long value) const { return value; }
  Json operator()(double value) const { return value; }
  Json operator()(const etf::Atom& atom) const {
    if (atom.name == "nil") return nullptr;
    if (atom.name == "true" || atom.name == "false") return atom.name == "true";
    return atom.name;
  }
  Json operator()(const std::string& binary) const {
    if (mode_ == Mode::lenient && !serializer::is_utf8(binary)) return bytes_of(binary);
    return binary;
  }
  Json operator()(const etf::List& list) const {
    if (list.tail) throw Unreadable{};
    return items_of(list.items, mode_);
  }
  Json operator()(const etf::Tuple& tuple) const {
    if (mode_ == Mode::strict) throw Unreadable{};
    return items_of(tuple.items, mode_);
  }
  Json operator()(const etf::Map& map) const {
    Json found = Json::object();
    for (const auto& [key, member] : map.pairs) {
      const Json name = json_of(key, mode_);
      if (!name.is_string() && mode_ == Mode::strict) throw Unreadable{};
      found.set(name.is_string() ? name.string_or("") : name.dump(), json_of(member, mode_));
    }
    return found;
  }
  /// Integers over 64 bits, pids, references, funs, bits.
  template <class Other>
  Json operator()(const Other&) const {
    throw Unreadable{};
  }

 private:
  const Mode mode_;
};

Json json_of(const Term& term, Mode mode) { return term.visit(Converter(mode)); }

}  // namespace

std::string encode_term(const TokenTerm& term) {
  // Phoenix on OTP 25 writes the same bytes; later versions read them.
  return etf::encode(Term::tuple({term_of(term.data), term.signed_at_ms, term.max_age_s}),
                     etf::Atoms::latin1);
}

std::string encode_value(const Json& value) {
  return etf::encode(term_of(value), etf::Atoms::latin1);
}

std::optional<TokenTerm> decode_term(std::string_view bytes) try {
  const Term decoded = etf::decode_whole(bytes, limits);
  const std::vector<Term>* items = decoded.tuple_of(3);
  if (items == nullptr) return {};
  const auto* signed_at = (*items)[1].get<long long>();
  const auto* max_age = (*items)[2].get<long long>();
  // An unlimited age is the atom `infinity`.
  if (signed_at == nullptr || (max_age == nullptr && !(*items)[2].is_atom("infinity"))) return {};
  return TokenTerm{json_of((*items)[0], Mode::strict), *signed_at,
                   max_age != nullptr ? *max_age : std::numeric_limits<long long>::max() / 1'000};
} catch (const Unreadable&) {
  return std::nullopt;
} catch (const etf::TermError&) {
  return std::nullopt;
} catch (const JsonError&) {
  return std::nullopt;  // a binary that is not valid UTF-8
}

std::optional<Json> decode_any_term(std::string_view bytes) try {
  return json_of(etf::decode_whole(bytes, limits), Mode::lenient);
} catch (const Unreadable&) {
  return std::nullopt;
} catch (const etf::TermError&) {
  return std::nullopt;
} catch (const JsonError&) {
  return std::nullopt;
}

}  // namespace phx::tokens
