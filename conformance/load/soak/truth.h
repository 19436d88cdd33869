/// \file
/// The true counts of each node of a cluster, from its clients' messages.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "conformance/load/soak/feed.h"
#include "conformance/load/soak/observer.h"

namespace phx::soak {

/// One node's broadcasts. A value.
struct Truth {
  std::uint64_t said = 0;      ///< Sent by its clients.
  std::uint64_t heard = 0;     ///< Received by its clients from those of other nodes.
  std::uint64_t missed = 0;    ///< Missed by its clients.
  std::uint64_t observed = 0;  ///< Channels' last messages of any node that its observer received.
};

/// `observers` are one at each node.
std::vector<Truth> truths_of(const std::vector<std::unique_ptr<Feed>>& feeds,
                             const std::vector<std::unique_ptr<Observer>>& observers);

}  // namespace phx::soak
