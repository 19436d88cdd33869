/// \file
/// What a node says it has sent to the others, heard of them, and lost; and whether that is so.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "conformance/load/client/target.h"
#include "conformance/load/soak/findings.h"
#include "conformance/load/soak/truth.h"

namespace phx::soak {

/// A node's own counts, of broadcasts alone. A value.
struct Books {
  std::uint64_t published = 0;  ///< Redis has taken them.
  std::uint64_t receivers = 0;  ///< And has passed them on to so many nodes, one by one.
  std::uint64_t lost = 0;       ///< Redis never got them.
  std::uint64_t broken = 0;     ///< The connection ended before Redis had answered.
  std::uint64_t heard = 0;      ///< Of other nodes.
  std::uint64_t subscribed = 0, connected = 0;  ///< How often each connection came to work.
};

/// Of a page in Prometheus's text format.
Books books_in(std::string_view page);
/// Asks the node for its /metrics, and waits. Throws Failure.
Books read_books(const bench::Target& node);

/// Whether each node's counts are the truth, and account for all that clients have missed. A node's
/// own channels broadcast last words that no client asked for: those that its observer heard, and
/// the node itself did not hear of another.
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
/// Whether the first of these holds for all: it does once Redis has answered.
bool complete(const std::vector<Books>& books, const std::vector<Truth>& truths);

}  // namespace phx::soak
