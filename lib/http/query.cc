/// Parses `a[b]=c&d=e` into a tree.

#include "http/query.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/utf8.h"

namespace phx::http {
namespace {

std::optional<char> hex_byte(std::string_view two) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(two.data(), two.data() + two.size(), value, 16);
  if (error != std::errc{} || two.size() != 2 || end != two.data() + 2) return std::nullopt;
  return static_cast<char>(value);
}

/// A step from one level of the tree to the next: a member's name, or none, which is `[]`.
using Key = std::optional<std::string>;

/// The values that the pairs put at one path of the tree, in order.
struct Level {
  struct Entry {
    Key key;
    Json value;
    const Level* below = nullptr;  // instead of a value
  };
  std::vector<Entry> entries;
  std::map<Key, std::unique_ptr<Level>> below;  // each has one entry, at its first place
};

/// `a[b][]` as a, b and none. A name that does not end in `]`, or begins with its first `[`, is one
/// key; within the brackets only `][` divides.
std::vector<Key> keys_of(std::string_view name) {
  const std::size_t open = name.find('[');
  if (open == std::string_view::npos || open == 0 || !name.ends_with(']')) return {Key(name)};
  std::vector<Key> keys{Key(name.substr(0, open))};
  std::string_view rest = name.substr(open, name.size() - open - 1);
  while (!rest.empty()) {
    rest.remove_prefix(keys.size() == 1 ? 1 : 2);
    const std::string_view key = rest.substr(0, rest.find("]["));
    keys.push_back(key.empty() ? Key() : Key(key));
    rest.remove_prefix(key.size());
  }
  return keys;
}

void add(Level& root, std::vector<Key> keys, Json value) {
  Level* level = &root;
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    std::unique_ptr<Level>& below = level->below[keys[i]];
    if (!below) {
      below = std::make_unique<Level>();
      level->entries.push_back({keys[i], {}, below.get()});
    }
    level = below.get();
  }
  level->entries.push_back({std::move(keys.back()), std::move(value)});
}

/// The last entry decides between array and object; entries of the other kind do not count.
Json tree_of(const Level& level) {
  const bool is_list = !level.entries.empty() && !level.entries.back().key;
  Json tree = is_list ? Json::array() : Json::object();
  for (const auto& [key, value, below] : level.entries) {
    if (key.has_value() == is_list) continue;
    Json item = below ? tree_of(*below) : value;
    if (is_list)
      tree.append(std::move(item));
    else
      tree.set(*key, std::move(item));
  }
  return tree;
}

constexpr const char* not_utf8 = "expected a query in UTF-8, got other bytes";

void add_pair(Level& params, std::string_view pair) {
  if (pair.empty()) return;
  const std::size_t equals = pair.find('=');
  const std::string name = percent_decoded(pair.substr(0, equals), true);
  Json value = equals == std::string_view::npos ? std::string()
                                                : percent_decoded(pair.substr(equals + 1), true);
  if (!is_utf8(name)) throw BadQuery(not_utf8);
  constexpr std::size_t deepest = 32;
  std::vector<Key> keys = keys_of(name);
  if (keys.size() > deepest) throw BadQuery("expected at most 32 levels of brackets in a query");
  add(params, std::move(keys), std::move(value));
}

}  // namespace

std::string percent_decoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? hex_byte(text.substr(i + 1, 2)) : std::nullopt;
    if (byte) i += 2;
    decoded += byte ? *byte : plus_is_space && text[i] == '+' ? ' ' : text[i];
  }
  return decoded;
}

Json parse_query(std::string_view query) try {
  Level params;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    add_pair(params, query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return tree_of(params);
} catch (const JsonError&) {
  throw BadQuery(not_utf8);
}

}  // namespace phx::http
