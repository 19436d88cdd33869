#pragma once
/// \file
/// A transfer to a Phoenix node with too many presences for one turn, gathered a slice at a time.
///
/// Phoenix needs all of it in one message. Later changes are left out, and follow as
/// deltas: the answer is true of the clocks that it began with.

#include <map>
#include <optional>

#include "presence/shared_state.h"
#include "presence/tracker_message.h"

namespace phx::presence {

/// A value. Does no encoding.
class LongAnswer {
 public:
  LongAnswer(const TransferRequest& request, const SharedState& state, std::size_t slice);

  const etf::Term& to() const { return to_; }
  /// Whether presences of the replica are still to come. If it is forgotten, drop the answer, even
  /// if the replica comes back: the other node asks again.
  bool needs(const ReplicaRef& replica) const { return after_.contains(replica); }
  /// The next piece; the first one has the head.
  LongAck next(const SharedState& state);

 private:
  std::size_t slice_;  ///< Presences.
  etf::Term to_;
  std::optional<TransferAck> head_;
  std::map<ReplicaRef, Cloud> clouds_;  ///< Operations beyond up_to_ that are included.
  Clocks up_to_;
  Clocks after_;  ///< The progress of unfinished replicas.
};

}  // namespace phx::presence
