#pragma once
/// \file
/// The messages between replicas, as values. presence/wire.h encodes them as Phoenix does.

#include <optional>
#include <variant>

#include "etf/term.h"
#include "presence/delta.h"

namespace phx::presence {

/// Heartbeat, to all: the sender's clocks and, if there are any, the changes since the last one.
struct Heartbeat {
  ReplicaRef from;
  std::optional<Delta> delta;
  ReplicaClocks clocks;
};
/// A request for what the sender lacks, to a replica that knows more.
struct TransferRequest {
  etf::Term ref;  ///< Returned with the answer.
  ReplicaRef from;
  ReplicaClocks clocks;
};
struct TransferAck {
  etf::Term ref;
  ReplicaRef from;
  Transfer transfer;
};
/// The sender leaves and will not come back, to all.
struct GracefulPermdown {
  ReplicaRef from;
};
using TrackerMessage = std::variant<Heartbeat, TransferRequest, TransferAck, GracefulPermdown>;

struct Outgoing {
  TrackerMessage message;
  std::optional<etf::Term> to = {};  ///< One node's name; or all others.
};

}  // namespace phx::presence
