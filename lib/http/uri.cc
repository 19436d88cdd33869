/// Parses a URI as RFC 3986's appendix B does, and no further than its authority.

#include "http/uri.h"

#include <array>
#include <charconv>
#include <utility>

#include "http/request.h"

namespace phx::http {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The scheme's length; 0 if the text does not begin with one and a colon.
std::size_t scheme_size(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return 0;
  std::size_t size = 1;
  while (size < text.size() && (is_letter(text[size]) || (text[size] >= '0' && text[size] <= '9') ||
                                text[size] == '+' || text[size] == '-' || text[size] == '.')) {
    ++size;
  }
  return size < text.size() && text[size] == ':' ? size : 0;
}

/// Nothing unless the text is a number of at most five digits.
std::optional<int> port_of(std::string_view text) {
  constexpr std::size_t max_digits = 5;
  int port = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, port);
  const bool whole = error == std::errc() && stopped == end && text.size() <= max_digits;
  return whole && port >= 0 ? std::optional(port) : std::nullopt;
}

}  // namespace

std::optional<int> default_port(std::string_view scheme) {
  // The schemes for which Elixir's URI knows a port.
  static constexpr std::array<std::pair<std::string_view, int>, 8> known{{{"http", 80},
                                                                          {"https", 443},
                                                                          {"ws", 80},
                                                                          {"wss", 443},
                                                                          {"ftp", 21},
                                                                          {"sftp", 22},
                                                                          {"tftp", 69},
                                                                          {"ldap", 389}}};
  for (const auto& [name, port] : known) {
    if (name == scheme) return port;
  }
  return std::nullopt;
}

Authority parse_authority(std::string_view text) {
  const std::size_t user = text.rfind('@');
  if (user != std::string_view::npos) text.remove_prefix(user + 1);
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  const bool bracketed = bracket != std::string_view::npos;
  const std::size_t end = std::min(text.find(':', bracketed ? bracket : 0), text.size());
  Authority authority;
  authority.host = bracketed ? text.substr(1, bracket - 1) : text.substr(0, end);
  if (end < text.size()) authority.port = port_of(text.substr(end + 1));
  return authority;
}

Uri parse_uri(std::string_view text) {
  Uri uri;
  if (const std::size_t size = scheme_size(text); size > 0) {
    uri.scheme = to_lower(text.substr(0, size));
    uri.port = default_port(*uri.scheme);
    text.remove_prefix(size + 1);
  }
  if (!text.starts_with("//")) return uri;
  text.remove_prefix(2);
  const Authority authority = parse_authority(text.substr(0, text.find_first_of("/?#")));
  uri.host = authority.host;
  if (authority.port) uri.port = authority.port;
  return uri;
}

}  // namespace phx::http
