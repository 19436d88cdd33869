#pragma once
/// \file
/// Binds one port, and passes on every connection to it.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/log.h"
#include "net/loop.h"
#include "net/stream.h"

namespace phx::net {

/// Neither copied nor moved. Loop thread only, except for the constructor.
class Listener {
 public:
  /// Takes over the socket, which is non-blocking.
  using Accept = std::function<void(int socket, Peer peer)>;

  /// Binds the port; 0 takes a free one. `host` is an IPv4 or IPv6 address of this machine; `::`
  /// takes both families, `localhost` is 127.0.0.1. `option` names the option that set the port:
  /// `ServerOptions::port`. \throws OptionError if the port can't be bound.
  Listener(std::string host, std::uint16_t port, const std::string& option, const Log& log,
           Accept accept);
  /// Takes over a socket that listens already.
  Listener(int socket, const Log& log, Accept accept);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  std::uint16_t port() const { return port_; }
  /// The listening socket, for a successor to take over; -1 after stop().
  int socket() const { return socket_; }
  /// Starts accepting, on this loop.
  void start(Loop& loop);
  /// Frees the port. REQUIRES: the loop still exists.
  void stop();

 private:
  struct Watch;
  void bind(std::uint16_t port, const std::string& option);
  void set_up_clients() const;
  void read_port();
  void accept_all();
  bool accept_one();
  void pause();
  void all_accepted();

  const std::string host_;
  const Log& log_;
  const Accept accept_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  bool starving_ = false;  ///< Connections wait: no descriptors are left.
  std::unique_ptr<Watch> watch_;
};

}  // namespace phx::net
