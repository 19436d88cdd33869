/// From `a[b]=c&d=e` to a tree.

#include "http/query.h"

#include <charconv>
#include <optional>
#include <span>
#include <vector>

namespace phx::http {
namespace {

std::optional<char> hex_byte(std::string_view two) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(two.data(), two.data() + two.size(), value, 16);
  if (error != std::errc{} || two.size() != 2 || end != two.data() + 2) return std::nullopt;
  return static_cast<char>(value);
}

/// `a[b][]` as a, b and the empty string; the whole name where its brackets do not pair.
std::vector<std::string_view> keys_of(std::string_view name) {
  const std::size_t open = name.find('[');
  if (open == std::string_view::npos || open == 0 || !name.ends_with(']')) return {name};
  std::vector<std::string_view> keys{name.substr(0, open)};
  std::string_view rest = name.substr(open);
  while (!rest.empty()) {
    const std::size_t close = rest.find(']');
    if (rest.front() != '[' || close == std::string_view::npos) return {name};
    keys.push_back(rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
  }
  return keys;
}

/// The tree with `value` at the end of the path of keys, replacing whatever was in its way. The
/// tree is moved along, and a parent releases its child before it changes: a shared value would be
/// copied, and a long query would take quadratic time.
Json placed(Json tree, std::span<const std::string_view> keys, const std::string& value) {
  if (keys.empty()) return value;
  if (keys.front().empty()) {
    Json list = tree.is_array() ? std::move(tree) : Json::array();
    list.append(placed({}, keys.subspan(1), value));
    return list;
  }
  Json object = tree.is_object() ? std::move(tree) : Json::object();
  Json child = object[keys.front()];
  object.set(keys.front(), nullptr);
  object.set(keys.front(), placed(std::move(child), keys.subspan(1), value));
  return object;
}

void add_pair(Json& params, std::string_view pair) {
  const std::size_t equals = pair.find('=');
  const std::string name = percent_decoded(pair.substr(0, equals), true);
  const std::string value = equals == std::string_view::npos
                                ? std::string()
                                : percent_decoded(pair.substr(equals + 1), true);
  if (name.empty()) return;
  constexpr std::size_t deepest = 32;  // Plug.Conn.Query's own limit on nesting
  const std::vector<std::string_view> keys = keys_of(name);
  if (keys.size() > deepest) throw BadQuery("expected at most 32 levels of brackets in a query");
  params = placed(std::move(params), keys, value);
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
  Json params = Json::object();
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    add_pair(params, query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return params;
} catch (const JsonError&) {
  throw BadQuery("expected a query in UTF-8, got other bytes");
}

}  // namespace phx::http
