#pragma once
/// \file
/// What the presences of several nodes must agree on, and what each may choose.

#include <cstddef>
#include <string>

#include "presence/tracker_options.h"

namespace phx::presence {

struct ClusterOptions {
  /// The module of the application: `ContractWeb.Presence`. On all nodes the same.
  std::string name;
  /// Into how many trackers topics are divided. On all nodes the same. Mirrors `pool_size`.
  std::size_t pool_size = 1;
  /// Whether others are told, when the server stops, that this node will not come back: then its
  /// presences leave at once, and not after down_period. Mirrors `permdown_on_shutdown`, which does
  /// nothing in Phoenix.Presence.
  bool permdown_on_shutdown = true;
  TrackerOptions tracker = {};
};

}  // namespace phx::presence
