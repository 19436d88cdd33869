/// \file
/// What has happened at each node of a cluster, by what its clients said and heard.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "conformance/load/soak/feed.h"
#include "conformance/load/soak/observer.h"

namespace phx::soak {

/// Of one node, in broadcasts. A value.
struct Truth {
  std::uint64_t said = 0;    ///< By its clients.
  std::uint64_t heard = 0;   ///< By its clients, of what those of other nodes said.
  std::uint64_t missed = 0;  ///< By its clients, of the same.
  std::uint64_t observed =
      0;  ///< Channels' last words, of whichever node: its observer heard them.
};

/// `observers` are one at each node.
std::vector<Truth> truths_of(const std::vector<std::unique_ptr<Feed>>& feeds,
                             const std::vector<std::unique_ptr<Observer>>& observers);

}  // namespace phx::soak
