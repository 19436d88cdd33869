#pragma once
/// \file
/// Telemetry of connections: one made or refused, a batch drained. Names and contents are
/// Phoenix's.

#include "socket/user_socket.h"
#include "telemetry/telemetry.h"

namespace phx {

/// A user socket's connect returned. Not sent if it throws, or for an unknown version.
struct SocketConnected {
  static constexpr std::string_view name = "phoenix.socket_connected";
  telemetry::Duration duration;
  const std::string& transport;  ///< `websocket` or `longpoll`.
  const std::string& vsn;
  const serializer::Serializer& serializer;
  const Json& params;
  serializer::Status result;
  const ConnectInfo& connect_info;
  const UserSocket& user_socket;
  const std::string& path;  ///< The mount's path, for the log.
  Level log;                ///< UserSocket::log.
};

/// Sent before a batch of connections is drained.
struct SocketDrain {
  static constexpr std::string_view name = "phoenix.socket_drain";
  std::size_t count;   ///< Connections of this batch,
  std::size_t total;   ///< of all.
  std::size_t index;   ///< The batch's number, from 1,
  std::size_t rounds;  ///< to this.
  Millis interval;     ///< Between batches.
  const std::string& path;
  Level log;
};

}  // namespace phx
