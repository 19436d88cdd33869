#pragma once
/// \file
/// Who is connected to which node, where the chat runs on several: one channel beside the rooms.

#include <string>

#include "phoenix.h"

namespace chat {

/// `nodes:lobby`: everybody who has joined it is present under their name, with the node that they
/// are connected to. Pushes `presence_state`; `presence_diff` comes by itself.
class Nodes final : public phx::Channel {
 public:
  /// `presence` outlives it.
  Nodes(phx::Presence& presence, std::string node) : presence_(presence), node_(std::move(node)) {}

  phx::JoinResult join(std::string_view topic, phx::Payload params, phx::Socket& socket) override;
  phx::Result handle_info(phx::Message message, phx::Socket& socket) override;

 private:
  phx::Presence& presence_;
  const std::string node_;
};

}  // namespace chat
