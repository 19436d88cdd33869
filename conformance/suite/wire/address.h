#pragma once
/// \file
/// IP addresses in servers' spellings.

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace phx::conformance {

/// The address without its port: `127.0.0.1`, `::1`. Empty for any other text.
std::string address_text(const sockaddr_storage& address);

/// Whether both texts are the same address. A server that listens on `::` sees an IPv4 client's
/// mapped IPv6 address, which counts as the same. False for a text that is not an address.
bool same_address(std::string_view one, std::string_view other);

}  // namespace phx::conformance
