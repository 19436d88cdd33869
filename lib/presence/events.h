#pragma once
/// \file
/// Telemetry of the trackers: what they leave out of other nodes' messages, and why.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace phx::presence {

/// Lists agree again after each of these, except own_name and replicas.
enum class Skip : unsigned char {
  unreadable,  ///< A presence that can't be shown to clients; it counts as having left.
  own_name,    ///< A message of another node with this node's name.
  replicas,    ///< A heartbeat of a replica beyond SharedState::max_replicas.
  clocks,      ///< A heartbeat's clocks: too many wait for the next tick. The next one has them.
  requests,    ///< A request of a node: too many wait for long answers. It asks again.
  transfers    ///< A transfer: too many wait to be merged. It is requested again.
};
inline constexpr std::size_t skips = 6;

/// For a metric's label.
constexpr std::string_view to_string(Skip why) {
  constexpr std::array<std::string_view, skips> names{"unreadable", "own_name", "replicas",
                                                      "clocks",     "requests", "transfers"};
  return names[static_cast<std::size_t>(why)];
}

/// Sent on the tracker's thread.
struct TrackerSkipped {
  static constexpr std::string_view name = "phx.presence_skipped";
  const std::string& topic;  ///< The tracker's.
  Skip why;
  std::size_t count;
};

}  // namespace phx::presence
