#pragma once
/// \file
/// A Presence's state besides its list when there are other nodes. Only for presence/*.cc.

#include <memory>
#include <vector>

#include "presence/presence.h"
#include "presence/replica.h"
#include "presence/wire.h"
#include "pubsub/adapter.h"

namespace phx {

struct Presence::Cluster {
  std::shared_ptr<pubsub::Adapter> adapter;
  presence::ClusterOptions options;
  presence::PidSpace pids;
  /// One for each tracker of the pool. Under the presence's lock.
  std::vector<std::unique_ptr<presence::Replica>> replicas;
};

}  // namespace phx
