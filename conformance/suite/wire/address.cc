#include "conformance/suite/wire/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstring>
#include <optional>

namespace phx::conformance {
namespace {

/// As IPv6; an IPv4 address is mapped into it (RFC 4291, 2.5.5.2).
std::optional<in6_addr> parse(std::string text) {
  if (text.find(':') == std::string::npos) text.insert(0, "::ffff:");
  in6_addr address{};
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  return address;
}

}  // namespace

std::string address_text(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address.ss_family == AF_INET) {
    bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  } else if (address.ss_family == AF_INET6) {
    bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  }
  if (!bytes || !inet_ntop(address.ss_family, bytes, text.data(), text.size())) return {};
  return text.data();
}

bool same_address(std::string_view one, std::string_view other) {
  const auto a = parse(std::string{one});
  const auto b = parse(std::string{other});
  return a && b && std::memcmp(&*a, &*b, sizeof *a) == 0;
}

}  // namespace phx::conformance
