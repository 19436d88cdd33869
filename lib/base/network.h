#pragma once
/// \file
/// Which addresses count as one client's network.

#include <arpa/inet.h>

#include <cstring>
#include <string>

namespace phx {

/// The address itself; of an IPv6 address its first 64 bits, as one site has all that begin with
/// them. Any other text stands for itself.
inline std::string network_of(const std::string& address) {
  in6_addr ip{};
  if (address.find(':') == std::string::npos) return address;
  if (inet_pton(AF_INET6, address.c_str(), &ip) != 1) return address;
  std::memset(ip.s6_addr + 8, 0, 8);
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(AF_INET6, &ip, text, sizeof text);
  return text;
}

}  // namespace phx
