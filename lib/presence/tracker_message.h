#pragma once
/// \file
/// What replicas say to each other, as values. presence/wire.h writes them as Phoenix does.

#include <optional>
#include <variant>

#include "etf/term.h"
#include "presence/delta.h"

namespace phx::presence {

/// "I am here", to all: what I know, and, where something has changed since the last, what.
struct Heartbeat {
  ReplicaRef from;
  std::optional<Delta> delta;
  ReplicaClocks clocks;
};
/// "Send me what I lack", to one replica that knows more.
struct TransferRequest {
  etf::Term ref;  ///< Comes back with the answer.
  ReplicaRef from;
  ReplicaClocks clocks;
};
struct TransferAck {
  etf::Term ref;
  ReplicaRef from;
  Transfer transfer;
};
/// "I leave and will not come back", to all.
struct GracefulPermdown {
  ReplicaRef from;
};
using TrackerMessage = std::variant<Heartbeat, TransferRequest, TransferAck, GracefulPermdown>;

struct Outgoing {
  TrackerMessage message;
  std::optional<etf::Term> to = {};  ///< One node's name; or all others.
};

}  // namespace phx::presence
