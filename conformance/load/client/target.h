/// \file
/// The measured server: its address, its mount, and its process if known.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/load/client/tls.h"

namespace phx::bench {

/// One of a host's addresses, IPv4 or IPv6, with its port.
struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

/// A value.
struct Target {
  std::string host;
  std::uint16_t port = 0;
  std::string mount;                    ///< "/socket", without the transport's "/websocket"
  std::optional<pid_t> pid;             ///< Without it, CPU and memory are not measured.
  bool secure = false;                  ///< wss: `tls` is needed to talk to it.
  TlsContext tls = {};                  ///< Which certificates are trusted.
  std::vector<Address> addresses = {};  ///< Of resolve(); connections go to the first.

  std::string websocket_path() const { return mount + "/websocket?vsn=2.0.0"; }
};

/// Reads ws://HOST[:PORT][/MOUNT] and wss://HOST[:PORT][/MOUNT]; an IPv6 address is in brackets.
/// Nothing for any other text.
std::optional<Target> parse_url(std::string_view url);

/// Looks the host up, once for the run. Throws Unreachable when it has no address.
void resolve(Target& target);

/// Connects once and hangs up. The first address that accepts is the one that counts from now on.
/// Throws Unreachable if none accepts within three seconds each.
void knock(Target& target);

/// Whether the server accepts.
bool accepts(Target target);

/// A connecting socket that doesn't block. REQUIRES: resolve(target). Throws Unreachable.
int start_connecting(const Target& target);

}  // namespace phx::bench
