#pragma once
/// \file
/// One connection to a server, as a session sees it: a websocket, or long-polling. Tests bring
/// their own.

#include <optional>
#include <string>

#include "client/closed.h"
#include "serializer/message.h"

namespace phx::client {

/// What a transport needs for one try.
struct Attempt {
  bool longpoll = false;
  std::string target;  ///< `/socket/websocket?vsn=2.0.0`
  std::optional<std::string> token = {};
};

using Ending = ClientClosed;

/// Receives a transport's events. Any of these may call the transport, but not destroy it.
class TransportUser {
 public:
  virtual ~TransportUser() = default;
  virtual void opened() = 0;
  virtual void received(serializer::Frame frame) = 0;
  /// Some of what waited for the network has gone out.
  virtual void written() {}
  /// Nothing follows.
  virtual void closed(const Ending& ending) = 0;
};

/// Connects as soon as it is made; events come later. Neither copied nor moved. Client's thread
/// only.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// REQUIRES: opened() has come, and closed() has not.
  virtual void send(serializer::Frame frame) = 0;
  /// Bytes that were given to send() and wait for the network.
  virtual std::size_t waiting() const = 0;
  /// Says goodbye with that code, and ends soon: closed() follows, in a later turn.
  virtual void close(unsigned code) = 0;
  /// Long-polling knows by itself whether the server is there.
  virtual bool needs_heartbeat() const { return true; }
};

}  // namespace phx::client
