#pragma once
/// \file
/// One port: binds it, and hands on every connection that comes.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/log.h"
#include "net/loop.h"
#include "net/stream.h"

namespace phx::net {

/// Neither copied nor moved. But for its making, on its loop's thread.
class Listener {
 public:
  /// Takes the socket over; it does not block.
  using Accept = std::function<void(int socket, Peer peer)>;

  /// Binds the port; 0 takes a free one. `host` is an address of this machine: IPv4, or IPv6, of
  /// which `::` takes both; `localhost` is 127.0.0.1. `option` is the one that the
  /// port came from: `ServerOptions::port`.
  /// \throws OptionError where that can't be done.
  Listener(std::string host, std::uint16_t port, const std::string& option, const Log& log,
           Accept accept);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  std::uint16_t port() const { return port_; }
  /// Accepts from now on, on this loop.
  void start(Loop& loop);
  /// Frees the port. The loop is still there.
  void stop();

 private:
  struct Watch;
  void bind(std::uint16_t port, const std::string& option);
  void accept_all();
  bool accept_one();
  void pause();
  void all_accepted();

  const std::string host_;
  const Log& log_;
  const Accept accept_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  bool starving_ = false;  ///< Connections wait, for want of descriptors.
  std::unique_ptr<Watch> watch_;
};

}  // namespace phx::net
