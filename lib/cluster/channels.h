#pragma once
/// \file
/// By which of Redis' channels a message goes, and which ones a node subscribes to.

#include <string>
#include <string_view>

#include "cluster/envelope.h"

namespace phx::cluster {

/// A channel of Redis for each of these.
enum class ChannelPer : unsigned char {
  cluster,  ///< One for all, as in Phoenix: each node hears everything.
  topic     ///< A node hears what its members listen to. No node of Phoenix understands it.
};

/// The names, by the PubSub's. Every node hears all_nodes(); with ChannelPer::topic it hears
/// of_node() of itself, and of_topic() of each topic that somebody has subscribed to. A value.
class Channels {
 public:
  Channels(std::string_view pubsub, ChannelPer per)
      : all_nodes_("phx:Elixir." + std::string(pubsub) + ".Adapter"), per_(per) {}

  bool per_topic() const { return per_ == ChannelPer::topic; }
  const std::string& all_nodes() const { return all_nodes_; }
  std::string of_topic(std::string_view topic) const { return named(":topic:", topic); }
  std::string of_node(std::string_view node) const { return named(":node:", node); }

  /// Where a message is published; empty for all_nodes(). By it go the notices, for which nobody
  /// opens a topic: that a user is disconnected, since there are as many ids as users, and what
  /// trackers say.
  std::string of_message(const Route& route, std::string_view topic,
                         const pubsub::Event& event) const;

 private:
  std::string named(const char* kind, std::string_view name) const {
    std::string channel;
    channel.reserve(all_nodes_.size() + 7 + name.size());
    return channel.append(all_nodes_).append(kind).append(name);
  }

  std::string all_nodes_;
  ChannelPer per_;
};

}  // namespace phx::cluster
