#pragma once
/// \file
/// The PROXY protocol: a proxy's header about its client, before the client's own first byte.
///
///     PROXY TCP4 203.0.113.7 192.0.2.1 49152 443\r\n      version 1, a line
///     \r\n\r\n\0\r\nQUIT\n …                                  version 2, binary
///
/// Follows HAProxy's proxy-protocol.txt, versions 1 and 2.

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

#include "net/stream.h"

namespace phx::net {

/// A whole header.
struct ProxyHeader {
  std::size_t size = 0;             ///< The header's bytes; the client's follow.
  std::optional<Peer> client = {};  ///< Nothing for the proxy's own checks (LOCAL, UNKNOWN).
};
/// It may become a header: read on.
struct ProxyHeaderUnfinished {};
/// Not a header, or one longer than `max_proxy_header`.
struct ProxyHeaderBroken {};

/// More than any proxy sends: HAProxy's own buffer for it is 536 bytes without TLVs.
constexpr std::size_t max_proxy_header = 4'096;

/// Reads the header at the start of `bytes`, whatever follows it.
std::variant<ProxyHeader, ProxyHeaderUnfinished, ProxyHeaderBroken> read_proxy_header(
    std::string_view bytes);

}  // namespace phx::net
