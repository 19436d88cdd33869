#pragma once
/// \file
/// What a subscriber wants of other nodes.

namespace phx::pubsub {

enum class Wants : unsigned char {
  all,     ///< What they broadcast on its topic.
  notices  ///< Only what is said to all nodes: that a user is disconnected, and what trackers say.
};

}  // namespace phx::pubsub
