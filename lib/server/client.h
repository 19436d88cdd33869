#pragma once
/// \file
/// The client that a connection is with.

#include <memory>

#include "net/stream.h"

namespace phx::server {

/// A value; it outlives the client's socket.
struct Client {
  net::Peer peer;
  std::shared_ptr<const void> place = {};  ///< Among its address's: see Addresses.
};

}  // namespace phx::server
