#pragma once
/// \file
/// What `@supabase/realtime-js` expects of a server: one channel for every topic, configured by the
/// join. Not part of the contract; see conformance/clients.

#include "phoenix.h"

namespace phx::contract {

/// Passes on members' broadcasts, and tracks presences, as the join's `config` asks:
/// `{"broadcast":{"ack":bool,"self":bool},"presence":{"enabled":bool,"key":text},"private":bool,
/// "postgres_changes":[{…}]}`. The presence state is pushed unless `enabled` is false: clients
/// before 2.12 don't know it. There is no database, so there are no changes of one.
class RealtimeChannel final : public Channel {
 public:
  explicit RealtimeChannel(Presence& presence) : presence_(presence) {}

  /// A private topic needs an `access_token`; the token `expired` is refused everywhere.
  JoinResult join(std::string_view topic, Payload params, Socket& socket) override;
  /// `broadcast`, `presence` (track, untrack), or a newer `access_token`.
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override;
  Result handle_info(process::Message message, Socket& socket) override;
  /// Version 1 can't carry bytes: its members miss broadcasts of bytes.
  std::vector<std::string> intercepts() const override;
  Result handle_out(std::string_view event, Payload payload, Socket& socket) override;

 private:
  struct AfterJoin {};
  Result broadcast(Payload payload, Socket& socket) const;
  Result presence(const Payload& payload, Socket& socket);
  static Result access_token(const Payload& payload, Socket& socket);

  Presence& presence_;
  Json config_;
  std::string key_;
  bool takes_bytes_ = true;
};

/// Speaks version 1, and realtime-js's version 2.
class RealtimeSocket : public phx::UserSocket {
 public:
  /// `presence` outlives the socket.
  explicit RealtimeSocket(Presence& presence);
  std::span<const serializer::Offer> serializers() const override;
};

}  // namespace phx::contract
