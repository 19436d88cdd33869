/// Reads offers of extensions, and accepts those of permessage-deflate that we can honour.

#include "websocket/negotiation.h"

#include <algorithm>
#include <array>

namespace phx::websocket {
namespace {

using Parameter = std::pair<std::string, std::optional<std::string>>;

/// Whether the text is a token: RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
  });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The text up to the mark, trimmed; `rest` is what follows it, or nothing.
std::string_view cut(std::optional<std::string_view>& rest, char mark) {
  const std::size_t end = rest->find(mark);
  const std::string_view first = trimmed(rest->substr(0, end));
  rest = end == std::string_view::npos ? std::nullopt : std::optional(rest->substr(end + 1));
  return first;
}

/// `value` or `"value"`: even in quotes, a parameter's value is a token (RFC 6455, 9.1).
std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

std::optional<Parameter> parse_parameter(std::string_view text) {
  std::optional<std::string_view> rest = text;
  const std::string_view name = cut(rest, '=');
  if (!is_token(name)) return {};
  if (!rest) return Parameter{std::string(name), std::nullopt};
  const std::string_view value = unquoted(trimmed(*rest));
  if (!is_token(value)) return {};
  return Parameter{std::string(name), std::string(value)};
}

/// 8 to 15, written without a leading zero; 0 for anything else.
int window_bits(std::string_view value) {
  static constexpr std::array<std::string_view, 8> sizes{"8",  "9",  "10", "11",
                                                         "12", "13", "14", "15"};
  const auto found = std::find(sizes.begin(), sizes.end(), value);
  return found == sizes.end() ? 0 : 8 + static_cast<int>(found - sizes.begin());
}

/// Adds what we agree on for one parameter; false if it can't be honoured.
bool agree(DeflateParameters& deflate, const Parameter& parameter) {
  const auto& [name, value] = parameter;
  const bool takeover =
      name == "client_no_context_takeover" || name == "server_no_context_takeover";
  const bool window = name == "server_max_window_bits" || name == "client_max_window_bits";
  const bool ours = name.starts_with("server");
  if (takeover && !value) {
    if (!ours) deflate.client_takes_over = false;
    deflate.parameters = "; " + name + deflate.parameters;
    return true;
  }
  if (!window || (ours && !value)) return false;
  const std::string bits = value.value_or("15");
  if (window_bits(bits) == 0) return false;
  if (ours) deflate.server_window_bits = window_bits(bits);
  deflate.parameters = "; " + name + "=" + bits + deflate.parameters;
  return true;
}

}  // namespace

std::optional<Extension> parse_extension(std::string_view item) {
  std::optional<std::string_view> rest = item;
  const std::string_view name = cut(rest, ';');
  if (!is_token(name)) return {};
  Extension extension{std::string(name)};
  while (rest) {
    auto parameter = parse_parameter(cut(rest, ';'));
    if (!parameter) return {};
    extension.parameters.push_back(std::move(*parameter));
  }
  return extension;
}

std::optional<DeflateParameters> agree_on(const Extension& offer) {
  if (offer.name != "permessage-deflate") return {};
  // Cowboy takes the parameters with a value first, then the others, each kind by name, and answers
  // in reverse order.
  auto parameters = offer.parameters;
  std::sort(parameters.begin(), parameters.end(), [](const Parameter& a, const Parameter& b) {
    return std::pair(!a.second, a) < std::pair(!b.second, b);
  });
  DeflateParameters deflate;
  for (const Parameter& parameter : parameters) {
    const auto of_that_name = std::count_if(parameters.begin(), parameters.end(), [&](auto& other) {
      return other.first == parameter.first;
    });
    if (of_that_name > 1 || !agree(deflate, parameter)) return {};
  }
  return deflate;
}

}  // namespace phx::websocket
