/// \file
/// Which server is measured: its address, its mount, and its process if that is known.
#pragma once

#include <netinet/in.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace phx::bench {

/// A value.
struct Target {
  std::string host;
  std::uint16_t port = 0;
  std::string mount;         ///< "/socket", without the transport's "/websocket"
  std::optional<pid_t> pid;  ///< Without it, nothing is said about CPU and memory.
  sockaddr_in address{};     ///< Filled in by resolve().

  std::string websocket_path() const { return mount + "/websocket?vsn=2.0.0"; }
};

/// Reads ws://HOST[:PORT][/MOUNT]; nothing when it is something else.
std::optional<Target> parse_url(std::string_view url);

/// Looks the host up, once for the run. Throws Unreachable when it has no IPv4 address.
void resolve(Target& target);

/// Connects once and hangs up. Throws Unreachable when nobody accepts within three seconds.
void knock(const Target& target);

/// Whether somebody does.
bool accepts(const Target& target);

/// A connecting socket that doesn't block. REQUIRES: resolve(target). Throws Unreachable.
int start_connecting(const Target& target);

}  // namespace phx::bench
