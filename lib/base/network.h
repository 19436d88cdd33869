#pragma once
/// \file
/// Which addresses count as one client's network.

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>
#include <string>

namespace phx {

/// The IPv4 address, or the first 64 bits of an IPv6 address, because one site owns all addresses
/// that begin with them. An IPv4 address in IPv6 form, as a dual-stack proxy may write it, is the
/// IPv4 address. Any other text is returned as it is.
inline std::string network_of(const std::string& address) {
  in6_addr ip{};
  if (address.find(':') == std::string::npos) return address;
  if (inet_pton(AF_INET6, address.c_str(), &ip) != 1) return address;
  char text[INET6_ADDRSTRLEN] = "";
  if (IN6_IS_ADDR_V4MAPPED(&ip)) return inet_ntop(AF_INET, ip.s6_addr + 12, text, sizeof text);
  std::memset(ip.s6_addr + 8, 0, 8);
  inet_ntop(AF_INET6, &ip, text, sizeof text);
  return text;
}

}  // namespace phx
