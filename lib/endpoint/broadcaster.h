#pragma once
/// \file
/// Passes an endpoint's broadcasts, from any thread, to the shards of the running server.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "pubsub/adapter.h"
#include "pubsub/pubsub.h"
#include "serializer/payload.h"

namespace phx {

/// Any thread. Neither copied nor moved.
class Broadcaster {
 public:
  /// Uses the adapter, if there is one, to reach other nodes.
  explicit Broadcaster(std::shared_ptr<pubsub::Adapter> adapter = nullptr)
      : adapter_(std::move(adapter)) {}

  /// A server runs: broadcasts reach `hubs`, one a shard, until close(). REQUIRES: none is open.
  void open(std::vector<pubsub::PubSub*> hubs, const telemetry::Telemetry& telemetry,
            const Log& log);
  /// The server has ended: no broadcast reaches its hubs any more. Waits for those under way; must
  /// not be called from within one.
  void close();
  bool is_open() const;

  /// False if no server runs. \throws EncodeError on a shard's own thread, as channel::broadcast
  /// does.
  bool broadcast(std::string_view topic, std::string_view event, serializer::Payload payload,
                 process::Pid from) const;
  /// The same, on this node alone.
  bool local_broadcast(std::string_view topic, std::string_view event,
                       serializer::Payload payload) const;
  /// The same, only on the node of this name, which may be this one.
  bool direct_broadcast(const etf::Term& node, std::string_view topic, std::string_view event,
                        serializer::Payload payload) const;

 private:
  /// Keeps the hubs alive: close() waits for its end.
  class Lease;
  pubsub::PubSub& nearest_hub() const;

  const std::shared_ptr<pubsub::Adapter> adapter_;
  mutable std::mutex mutex_;
  mutable std::condition_variable all_left_;
  mutable std::size_t leases_ = 0;
  bool open_ = false;
  std::vector<pubsub::PubSub*> hubs_;  ///< Not changed while a visitor is inside.
};

}  // namespace phx
