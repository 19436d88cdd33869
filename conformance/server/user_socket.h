#pragma once
/// \file
/// Which clients may connect to the contract server, and what its channels know about them.

#include "options/limited.h"
#include "phoenix.h"

namespace phx::contract {

class UserSocket : public phx::UserSocket {
 public:
  /// `presence` outlives the socket.
  explicit UserSocket(Presence& presence);
  ConnectResult connect(Connect connect, Socket& socket) const override;
  std::optional<std::string> id(const Socket& socket) const override;
};

/// Rule W-05 has refs of 400,000 bytes: every server sends a heartbeat's ref back.
constexpr SocketLimits socket_limits{.max_name_size = 500'000};

/// The defaults of each mount of the contract, without path and socket.
transport::Mount base_mount();

/// The mounts of the contract, each with its options, and one for realtime-js. `presence` outlives
/// the endpoint. `serializers` replace the library's own, for programs that break one.
void mount_all(Endpoint& endpoint, Presence& presence,
               std::optional<std::vector<serializer::Offer>> serializers = {},
               const transport::Mount& base = base_mount(),
               const SocketLimits& limits = socket_limits);

}  // namespace phx::contract
