#pragma once
/// \file
/// Options of presences on several nodes: some must agree on all nodes, others may differ.

#include <cstddef>
#include <string>

#include "presence/tracker_options.h"

namespace phx::presence {

struct ClusterOptions {
  /// The application's module: `ContractWeb.Presence`. The same on all nodes.
  std::string name;
  /// The number of trackers that topics are divided among. The same on all nodes. Mirrors
  /// `pool_size`.
  std::size_t pool_size = 1;
  /// Whether a stopping server tells other nodes that it will not come back: then its presences
  /// leave at once, not after down_period. Mirrors `permdown_on_shutdown`, which does nothing in
  /// Phoenix.Presence.
  bool permdown_on_shutdown = true;
  TrackerOptions tracker = {};
};

}  // namespace phx::presence
