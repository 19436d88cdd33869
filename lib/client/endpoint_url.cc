/// Parses an address, and builds request targets.

#include "client/endpoint_url.h"

#include <algorithm>

#include "base/option_error.h"
#include "http/uri.h"

namespace phx::client {
namespace {

[[noreturn]] void refuse(std::string_view url) {
  throw OptionError(
      "the url of phx::Client",
      "expected an address such as ws://localhost:4000/socket, got \"" + std::string(url) + "\"");
}

/// A space or control character would end the request's line, or begin another header.
bool may_stand_in_a_request(std::string_view url) {
  return std::none_of(url.begin(), url.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f;
  });
}

/// `host:` and `host` leave the port to the scheme; `host:4000x` is a mistake.
bool has_bad_port(std::string_view authority) {
  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.starts_with('[') ? authority.rfind(']') : authority.npos;
  if (colon == authority.npos || (bracket != authority.npos && bracket > colon)) return false;
  return colon + 1 < authority.size() && !http::parse_authority(authority).port;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.string_or("") : value.dump();
}

void append_parameter(std::string& query, const std::string& name, const Json& value) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.sorted_members()) {
      append_parameter(query, name + "[" + key + "]", member);
    }
    return;
  }
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) append_parameter(query, name + "[]", value[i]);
    return;
  }
  if (!query.empty()) query += '&';
  query += percent_encoded(name) + "=" + (value.is_null() ? "" : percent_encoded(text_of(value)));
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out += c;
    } else {
      (out += '%') += {hex[byte >> 4], hex[byte & 15]};
    }
  }
  return out;
}

std::string encode_query(const Json& params) {
  std::string query;
  for (const auto& [name, value] : params.sorted_members()) append_parameter(query, name, value);
  return query;
}

EndpointUrl parse_endpoint_url(std::string_view url) {
  const std::size_t mark = url.find("://");
  const http::Uri uri = http::parse_uri(url);
  if (mark == std::string_view::npos || !uri.scheme || uri.host.value_or("").empty()) refuse(url);
  const bool secure = uri.scheme == "wss" || uri.scheme == "https";
  if (!secure && uri.scheme != "ws" && uri.scheme != "http") refuse(url);
  if (!may_stand_in_a_request(url)) refuse(url);
  const int port = uri.port.value_or(secure ? 443 : 80);
  if (port < 1 || port > 65'535) refuse(url);
  std::string_view rest = url.substr(mark + 3);
  if (has_bad_port(rest.substr(0, rest.find_first_of("/?#")))) refuse(url);
  rest = rest.substr(0, rest.find('#'));
  rest = rest.substr(std::min(rest.find_first_of("/?"), rest.size()));
  const std::size_t question = rest.find('?');
  std::string path(rest.substr(0, question));
  const auto drop_slashes = [&path] { path.resize(path.find_last_not_of('/') + 1); };
  drop_slashes();
  constexpr std::string_view transport = "/websocket";
  if (path.ends_with(transport)) path.resize(path.size() - transport.size());
  drop_slashes();
  return {.secure = secure,
          .host = *uri.host,
          .port = static_cast<std::uint16_t>(port),
          .path = std::move(path),
          .query = question == rest.npos ? "" : std::string(rest.substr(question + 1))};
}

std::string EndpointUrl::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (secure ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

std::string EndpointUrl::target(std::string_view transport, const Json& params,
                                std::string_view more) const {
  std::string all = path + "/" + std::string(transport);
  char mark = '?';
  for (const std::string& part : {query, encode_query(params), std::string(more)}) {
    if (part.empty()) continue;
    (all += mark) += part;
    mark = '&';
  }
  return all;
}

}  // namespace phx::client
