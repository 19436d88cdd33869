#pragma once
/// \file
/// Which of Redis' channels a message is published on, and which a node subscribes to.

#include <string>
#include <string_view>

#include "cluster/envelope.h"

namespace phx::cluster {

/// What gets a Redis channel of its own.
enum class ChannelPer : unsigned char {
  cluster,  ///< One for everything, as in Phoenix: each node receives every message.
  topic  ///< One for each topic: a node receives only its subscribers' topics. Phoenix nodes do not
         ///< support it.
};

/// The channels' names, from the PubSub's name. Every node subscribes to all_nodes(); with
/// ChannelPer::topic also to of_node() of itself, and to of_topic() of each topic with a
/// subscriber. A value.
class Channels {
 public:
  Channels(std::string_view pubsub, ChannelPer per)
      : all_nodes_("phx:Elixir." + std::string(pubsub) + ".Adapter"), per_(per) {}

  bool per_topic() const { return per_ == ChannelPer::topic; }
  const std::string& all_nodes() const { return all_nodes_; }
  std::string of_topic(std::string_view topic) const { return named(":topic:", topic); }
  std::string of_node(std::string_view node) const { return named(":node:", node); }

  /// The channel of a message; empty for all_nodes(). Notices go there, because nodes do not
  /// subscribe to their topics: disconnects, as there are as many ids as users, and trackers'
  /// messages.
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
