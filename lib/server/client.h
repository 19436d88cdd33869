#pragma once
/// \file
/// Whom a connection is with, as who accepted it tells those who serve it.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"

namespace phx::server {

/// A value; it outlives the client's socket.
struct Client {
  std::string address;  ///< `127.0.0.1`
  std::uint16_t port = 0;
  std::string_view scheme = "http";  ///< Or `https`, where TLS lies between: these alone.
  /// How long ago the client's last byte came, whatever it was part of. Shard thread.
  std::function<Millis()> quiet_for = {};
  std::shared_ptr<const void> place = {};  ///< Among its address's: see Addresses.
};

/// The same for a TCP socket; zero for any other.
Millis tcp_quiet_for(int socket);

}  // namespace phx::server
