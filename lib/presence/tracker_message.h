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
  /// If set, asks for a page: of these replicas the operations after these. See Pages.
  std::optional<Clocks> after = {};
};
struct TransferAck {
  etf::Term ref;
  ReplicaRef from;
  Transfer transfer;
  std::optional<Clocks> after = {};  ///< Set in a page, as requested.
  bool has_more = false;             ///< A slice of a page, and not its last.
};
/// A piece of an answer with too many presences for one turn. The first piece has the head, which
/// is the answer without its presences; all pieces together are one message.
struct LongAck {
  std::optional<TransferAck> head;
  Parts parts;
  bool is_last = false;
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
/// The next piece of the long answer to a node. There is one long answer at a time.
struct OutgoingPiece {
  LongAck piece;
  etf::Term to;
};

}  // namespace phx::presence
