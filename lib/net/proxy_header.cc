/// Tells the two versions apart by their first bytes.

#include "net/proxy_header.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <string>

namespace phx::net {
namespace {

using Result = std::variant<ProxyHeader, ProxyHeaderUnfinished, ProxyHeaderBroken>;

constexpr std::string_view line_start = "PROXY ";
constexpr std::size_t max_line = 107;  // with its line break, by the specification
constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};

std::uint8_t byte(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}
std::uint16_t two_bytes(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte(bytes, at) << 8 | byte(bytes, at + 1));
}

/// Takes the next word of a line and the space after it.
std::string_view word(std::string_view& rest) {
  const std::size_t end = rest.find(' ');
  const std::string_view found = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return found;
}

std::optional<std::string> address(std::string_view text, int family) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const std::string copy(text);
  if (inet_pton(family, copy.c_str(), bytes.data()) != 1) return std::nullopt;
  char normal[INET6_ADDRSTRLEN] = "";
  inet_ntop(family, bytes.data(), normal, sizeof normal);
  return normal;
}

std::optional<std::uint16_t> port(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result read_line(std::string_view bytes) {
  const std::size_t end = bytes.substr(0, max_line).find("\r\n");
  if (end == std::string_view::npos) {
    if (bytes.size() >= max_line) return ProxyHeaderBroken{};
    return ProxyHeaderUnfinished{};
  }
  std::string_view rest = bytes.substr(line_start.size(), end - line_start.size());
  const ProxyHeader unknown{end + 2};
  const std::string_view protocol = word(rest);
  if (protocol == "UNKNOWN") return unknown;
  if (protocol != "TCP4" && protocol != "TCP6") return ProxyHeaderBroken{};
  const int family = protocol == "TCP4" ? AF_INET : AF_INET6;
  const auto source = address(word(rest), family);
  const auto destination = address(word(rest), family);
  const auto source_port = port(word(rest));
  const auto destination_port = port(word(rest));
  if (!source || !destination || !source_port || !destination_port || !rest.empty()) {
    return ProxyHeaderBroken{};
  }
  return ProxyHeader{end + 2, Peer{*source, *source_port}};
}

/// The client of a PROXY command whose addresses are `family`'s, at the start of `block`.
std::optional<Peer> client_of(std::string_view block, int family) {
  const std::size_t size = family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
  if (block.size() < 2 * size + 4) return std::nullopt;
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(family, block.data(), text, sizeof text);
  return Peer{text, two_bytes(block, 2 * size)};
}

Result read_binary(std::string_view bytes) {
  constexpr std::size_t fixed = 16;
  if (bytes.size() < fixed) return ProxyHeaderUnfinished{};
  const unsigned version = byte(bytes, 12) >> 4;
  const unsigned command = byte(bytes, 12) & 0xFU;
  const unsigned family = byte(bytes, 13) >> 4;
  const std::size_t size = fixed + two_bytes(bytes, 14);
  if (version != 2 || command > 1 || size > max_proxy_header) return ProxyHeaderBroken{};
  if (bytes.size() < size) return ProxyHeaderUnfinished{};
  constexpr unsigned local = 0;
  constexpr unsigned inet = 1;
  constexpr unsigned inet6 = 2;
  if (command == local || (family != inet && family != inet6)) return ProxyHeader{size};
  const auto client =
      client_of(bytes.substr(fixed, size - fixed), family == inet ? AF_INET : AF_INET6);
  if (!client) return ProxyHeaderBroken{};
  return ProxyHeader{size, client};
}

/// Whether `bytes` starts with `start`, or may still do so.
bool may_start(std::string_view bytes, std::string_view start) {
  const std::size_t common = std::min(bytes.size(), start.size());
  return bytes.substr(0, common) == start.substr(0, common);
}

}  // namespace

Result read_proxy_header(std::string_view bytes) {
  const bool line = may_start(bytes, line_start);
  if (!line && !may_start(bytes, signature)) return ProxyHeaderBroken{};
  if (bytes.size() < (line ? line_start : signature).size()) return ProxyHeaderUnfinished{};
  return line ? read_line(bytes) : read_binary(bytes);
}

}  // namespace phx::net
