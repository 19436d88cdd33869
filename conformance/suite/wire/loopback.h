#pragma once
/// \file
/// Ports of 127.0.0.1, where the tools start servers and listen.

#include <netinet/in.h>

#include <cstdint>

namespace phx::conformance {

/// 127.0.0.1:`port`; 0 lets the kernel choose.
sockaddr_in loopback(int port);

/// A port that no process uses; it stays free for a while after it is given back.
/// \throws std::runtime_error if there is none.
std::uint16_t free_port();

/// A socket that listens on this port, non-blocking; 0 lets the kernel choose.
/// \throws std::runtime_error if the port is not free.
int listen_on(int port);

/// Small frames must not wait for each other: the suite measures time.
void send_at_once(int fd);

/// A new connection to this port, which the caller closes; -1 if nothing accepts it.
int connect_to(int port);

}  // namespace phx::conformance
