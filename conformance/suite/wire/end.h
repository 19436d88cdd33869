#pragma once
/// \file
/// One end of a TCP connection on loopback, for programs that poll their descriptors themselves:
/// what came and was not taken yet, and what waits to be sent.

#include <poll.h>

#include <string>

namespace phx::conformance {

/// One end of a connection. Owns its descriptor.
struct End {
  int fd = -1;
  std::string unread = {};    ///< Received, and not complete yet.
  std::string unsent = {};    ///< Sent when the socket takes it.
  bool finished = false;      ///< Nothing more will come.
  bool to_finish = false;     ///< FIN follows the unsent bytes.
  bool said_goodbye = false;  ///< FIN was sent.
  bool broken = false;        ///< Reset by the peer, or to be reset by us.
};

/// What to wait for. An end without events to wait for is left out: poll would report its hang-up
/// for ever.
pollfd wait_of(const End& end);
/// Takes what has come.
void read_from(End& end);
/// Sends what the socket takes, and then FIN if it is to follow.
void write_to(End& end);
/// Closes its descriptor: with a reset if it is broken.
void close_end(End& end);

}  // namespace phx::conformance
