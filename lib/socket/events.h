#pragma once
/// \file
/// What is told of whole connections: one made or refused, and many drained. Phoenix's names, and
/// what it tells with them.

#include "socket/user_socket.h"
#include "telemetry/telemetry.h"

namespace phx {

/// A user socket's connect returned. One that throws, and a version that nobody speaks, tell
/// nothing.
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
  const std::string& path;  ///< Where it is mounted: what a log calls it.
  Level log;                ///< UserSocket::log.
};

/// A batch of connections is told to go. Before they are told.
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
