#pragma once
/// \file
/// Carries an endpoint's broadcasts, from whatever thread, to the shards of the server that runs.

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <vector>

#include "pubsub/pubsub.h"
#include "serializer/payload.h"

namespace phx {

/// Any thread. Neither copied nor moved.
class Broadcaster {
 public:
  /// A server runs: `hubs`, one a shard, are reached until close(). REQUIRES: none is open.
  void open(std::vector<pubsub::PubSub*> hubs);
  /// The server has ended: no broadcast reaches its hubs any more. Waits for those that are on
  /// their way into them; not to be called from within one.
  void close();

  /// False where no server runs. \throws EncodeError on a shard's own thread, as
  /// channel::broadcast does.
  bool broadcast(std::string_view topic, std::string_view event, serializer::Payload payload,
                 process::Pid from) const;

 private:
  /// While it lives, the hubs stay: close() waits for it.
  class Visit;
  pubsub::PubSub& nearest_hub() const;

  mutable std::mutex mutex_;
  mutable std::condition_variable all_left_;
  mutable std::size_t visits_ = 0;
  bool open_ = false;
  std::vector<pubsub::PubSub*> hubs_;  ///< Not changed while somebody visits.
};

}  // namespace phx
