#pragma once
/// \file
/// What a subscriber wants from other nodes.

namespace phx::pubsub {

enum class Wants : unsigned char {
  all,     ///< All broadcasts on its topic.
  notices  ///< Only messages to all nodes: disconnects of users, and trackers' messages.
};

}  // namespace phx::pubsub
