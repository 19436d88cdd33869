#pragma once
/// \file
/// Where connections of trusted proxies wait until their PROXY header has come.

#include <cstddef>
#include <functional>
#include <list>
#include <memory>

#include "base/log.h"
#include "net/loop.h"
#include "net/proxy_header.h"

namespace phx::net {

/// Loop thread only, but made before the loop runs. Neither copied nor moved.
class ProxyGate {
 public:
  static constexpr Millis patience{5'000};           ///< For a header, as HAProxy itself gives.
  static constexpr std::size_t max_waiting = 1'024;  ///< Connections; any more are closed.

  /// Takes over the socket, whose next byte is the client's. `peer` is the client's address, or the
  /// proxy's own if the header names no client.
  using Pass = std::function<void(int socket, Peer peer)>;

  /// `loop` and `log` outlive it.
  ProxyGate(Loop& loop, const Log& log, Pass pass);
  ProxyGate(const ProxyGate&) = delete;
  ProxyGate& operator=(const ProxyGate&) = delete;
  ~ProxyGate();

  /// Takes over a connection of `proxy`. Closed if no header comes in time, or anything else.
  void take(int socket, Peer proxy);
  /// Closes all that wait.
  void clear();

 private:
  class Waiting;
  void pass(Waiting& waiting, Peer peer);
  void refuse(Waiting& waiting, const char* why);
  int leave(Waiting& waiting);

  Loop& loop_;
  const Log& log_;
  const Pass pass_;
  std::list<std::unique_ptr<Waiting>> waiting_;
  bool refused_ = false;  ///< The last header was invalid: logged once, until a valid one comes.
};

}  // namespace phx::net
