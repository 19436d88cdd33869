#pragma once
/// \file
/// Broadcasts to and from other nodes over Redis, in one cluster with Phoenix nodes.
///
///     phx::EndpointOptions options;
///     options.pubsub = phx::redis_pubsub({.url = "redis://127.0.0.1", .pubsub = "MyApp.PubSub"});

#include <memory>
#include <string>

#include "base/time.h"
#include "cluster/channels.h"
#include "cluster/envelope.h"
#include "pubsub/adapter.h"

namespace phx {

/// Mirrors the options of Phoenix.PubSub.Redis.
struct RedisPubSubOptions {
  /// `redis://user:password@host:port/database`; see redis::options_of.
  std::string url = "redis://127.0.0.1:6379";
  /// The PubSub's name in the Elixir application, without Elixir's prefix: all nodes of a cluster
  /// have the same.
  std::string pubsub = "Phoenix.PubSub";
  /// Unique among all nodes, also across restarts. If empty: the machine's name, the process's
  /// number and a random part.
  std::string node_name = {};
  /// A Redis channel for each topic, so that a node receives only the topics of its subscribers:
  /// for clusters of only this library's nodes, all with the same setting. By default one channel,
  /// as in Phoenix.
  cluster::ChannelPer channel_per = cluster::ChannelPer::cluster;
  cluster::EnvelopeOptions messages = {};
  /// How many of the latest messages are kept while Redis is away, and for how long. They are sent
  /// when it is back.
  std::size_t keep_messages = 0;
  Millis keep_for{5'000};
};

/// Connects when a server starts, on a thread of its own. Messages published while Redis is away
/// are lost, as in Phoenix, and counted. \throws OptionError for a URL that can't be read.
std::shared_ptr<pubsub::Adapter> redis_pubsub(const RedisPubSubOptions& options);

}  // namespace phx
