#pragma once
/// \file
/// Who may connect to the contract server, and what its channels learn of him.

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

/// Rule W-05 has refs of 400,000 bytes: a heartbeat's ref is all that any server sends back.
constexpr SocketLimits socket_limits{.max_name_size = 500'000};

/// What each mount of the contract starts from; its path and its socket are still to come.
transport::Mount base_mount();

/// The mounts of the contract, each with its options, and one for realtime-js. `presence` outlives
/// the endpoint. `serializers` are offered instead of the library's own, for who wants to break
/// one.
void mount_all(Endpoint& endpoint, Presence& presence,
               std::optional<std::vector<serializer::Offer>> serializers = {},
               const transport::Mount& base = base_mount(),
               const SocketLimits& limits = socket_limits);

}  // namespace phx::contract
