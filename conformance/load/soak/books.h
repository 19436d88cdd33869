/// \file
/// A node's own counts of messages sent to other nodes, received and lost, and whether they are
/// true.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "conformance/load/client/target.h"
#include "conformance/load/soak/findings.h"
#include "conformance/load/soak/truth.h"

namespace phx::soak {

/// A node's own counts, only of broadcasts. A value.
struct Books {
  std::uint64_t published = 0;  ///< Accepted by Redis.
  std::uint64_t receivers = 0;  ///< Deliveries of these by Redis, one for each node.
  std::uint64_t lost = 0;       ///< Redis never got them.
  std::uint64_t broken = 0;     ///< The connection ended before Redis answered.
  std::uint64_t heard = 0;      ///< Of other nodes.
  std::uint64_t subscribed = 0, connected = 0;  ///< How often each connection was made.
  std::uint64_t channels = 0;                   ///< Of topics, that Redis sends it.
};

/// Parses a page in Prometheus's text format.
Books books_in(std::string_view page);
/// Asks the node for its /metrics, and waits. Throws Failure.
Books read_books(const bench::Target& node);

/// Whether each node's counts are true, and explain everything that clients missed. A node's own
/// channels broadcast last messages that no client asked for: those that its observer received,
/// less those that came from other nodes.
///
/// 1. All that was broadcast at a node it has published, lost, or broken off:
///    said + own last words = published + lost + broken.
/// 2. What was broadcast at the others, and it has not heard, is missed there. All that was lost is
///    missed at each other node; all that was missed is lost, broken off, or was published while a
///    node was not subscribed: (N - 1) lost <= missed <= (N - 1) (lost + broken) + N published -
///    receivers.
///
/// `unsure` were on their way when Redis was killed: it may have answered them, and not have passed
/// them on.
void audit(const std::vector<Books>& books, const std::vector<Truth>& truths, std::uint64_t unsure,
           Findings& findings);
/// Whether the first of these holds for all nodes, which it does once Redis has answered.
bool complete(const std::vector<Books>& books, const std::vector<Truth>& truths);

}  // namespace phx::soak
