/// Quotes words for a shell, and reads parameters and headers.

#include "conformance/suite/core/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>

#include "conformance/suite/wire/json.h"

namespace phx::conformance {
namespace {

/// The options that the line to run one rule again leaves out, and whether a value follows each.
struct Dropped {
  std::string_view name;
  bool has_value;
};
constexpr std::array dropped{
    Dropped{"--only", true},
    Dropped{"--skip", true},
    Dropped{"--repeat", true},
    Dropped{"--shuffle", false},
    Dropped{"--seed", true},
    Dropped{"--fail-fast", false},
    Dropped{"--tap", true},
    Dropped{"--junit", true},
    Dropped{"--json", true},
    Dropped{"--html", true},
    Dropped{"--har", true},
    Dropped{"--durations", true},
    Dropped{"--color", true},
    Dropped{"--server-name", true},
    Dropped{"--server-version", true},
    Dropped{"--verbose", false},
    Dropped{"--axis", true},
    Dropped{"--client-name", true},
    Dropped{"--client-version", true},
};

std::optional<Pairs> from_object(const Json& object) {
  if (!json_is_object(object.get())) return std::nullopt;
  Pairs pairs;
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(object.get()), key, value) {
    const Json member(json_incref(value));
    pairs.emplace_back(key, json_is_string(value) ? member.text() : member.dump());
  }
  return pairs;
}

}  // namespace

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int byte = 0;
    const char* digits = text.data() + i + 1;
    const bool encoded = text[i] == '%' && i + 2 < text.size() &&
                         std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    out += encoded ? static_cast<char>(byte) : text[i] == '+' ? ' ' : text[i];
    if (encoded) i += 2;
  }
  return out;
}

std::string shell_quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("-_./:,=+%@").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string(R"('\'')") : std::string(1, c);
  return quoted + "'";
}

std::string less_selection(const std::vector<std::string>& arguments) {
  std::string line = shell_quoted(arguments.front());
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string name = arguments[i].substr(0, arguments[i].find('='));
    const auto found = std::find_if(dropped.begin(), dropped.end(),
                                    [&name](const Dropped& option) { return option.name == name; });
    if (found == dropped.end()) {
      line += " " + shell_quoted(arguments[i]);
    } else if (found->has_value && arguments[i] == name) {
      ++i;
    }
  }
  return line;
}

std::optional<Pairs> parse_params(const std::string& text) {
  if (const auto json = parse_json(text)) return from_object(*json);
  Pairs pairs;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    const auto equals = pair.find('=');
    if (equals == pair.npos || equals == 0) return std::nullopt;
    pairs.emplace_back(percent_decoded(pair.substr(0, equals)),
                       percent_decoded(pair.substr(equals + 1)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return pairs;
}

std::optional<std::pair<std::string, std::string>> parse_header(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == 0 || colon == text.npos || text.find_first_of("\r\n") != text.npos) return {};
  const std::string name = text.substr(0, colon);
  if (name.find_first_of(" \t") != name.npos) return {};
  const auto start = text.find_first_not_of(" \t", colon + 1);
  return std::pair(name, start == text.npos ? "" : text.substr(start));
}

}  // namespace phx::conformance
