/// Parses the address on the command line, and encodes query parameters.

#include "conformance/suite/wire/url.h"

#include <fmt/format.h>

#include <charconv>

namespace phx::conformance {
namespace {

constexpr std::string_view plain = "ws://";
constexpr std::string_view with_tls = "wss://";
constexpr int default_port = 80;  // RFC 6455, 3
constexpr int default_tls_port = 443;

std::optional<int> parse_port(std::string_view digits) {
  int port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool whole = end == digits.data() + digits.size();
  if (error != std::errc{} || !whole || port < 1 || port > 65535) return std::nullopt;
  return port;
}

bool is_unreserved(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string Url::address() const {
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  return bracketed ? host.substr(1, host.size() - 2) : host;
}
std::string Url::authority() const { return fmt::format("{}:{}", host, port); }
std::string Url::text() const {
  return fmt::format("{}{}{}", secure ? with_tls : plain, authority(), path);
}
std::string Url::origin() const {
  return fmt::format("{}://{}", secure ? "https" : "http", authority());
}
Url Url::on_this_machine(int other_port) const {
  Url other = *this;
  other.host = "127.0.0.1";
  other.port = other_port;
  return other;
}

std::optional<Url> parse_url(std::string_view text) {
  const bool secure = text.starts_with(with_tls);
  if (!secure && !text.starts_with(plain)) return std::nullopt;
  text.remove_prefix(secure ? with_tls.size() : plain.size());
  const auto slash = text.find('/');
  const std::string_view authority = text.substr(0, slash);
  std::string_view path = slash == text.npos ? "" : text.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.find_first_of("?#") != path.npos) return std::nullopt;

  const auto bracket = authority.find(']');  // an IPv6 address has colons of its own
  const auto colon = authority.find(':', bracket == authority.npos ? 0 : bracket);
  const std::string_view host = authority.substr(0, colon);
  if (host.empty()) return std::nullopt;
  const auto port = colon == authority.npos
                        ? std::optional<int>(secure ? default_tls_port : default_port)
                        : parse_port(authority.substr(colon + 1));
  if (!port) return std::nullopt;
  return Url{std::string(host), *port, std::string(path), secure};
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const unsigned char c : text) {
    if (is_unreserved(c)) {
      encoded += static_cast<char>(c);
    } else {
      encoded += fmt::format("%{:02X}", c);
    }
  }
  return encoded;
}

}  // namespace phx::conformance
