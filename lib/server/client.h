#pragma once
/// \file
/// The client at the far end of a connection.

#include <memory>

#include "net/stream.h"

namespace phx::server {

/// A value; may outlive the client's socket.
struct Client {
  net::Peer peer;
  std::shared_ptr<const void> place = {};  ///< Its place of its address: see Addresses.
};

}  // namespace phx::server
