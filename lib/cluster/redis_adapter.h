#pragma once
/// \file
/// A node's part in a cluster: an Exchange between its hubs and a Redis client. Which loop and
/// thread the client has is for the class that derives from it: net/redis_pubsub.cc.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/channels.h"
#include "cluster/envelope.h"
#include "cluster/exchange.h"
#include "pubsub/adapter.h"
#include "redis/client.h"

namespace phx::cluster {

/// Neither copied nor moved.
class RedisAdapter : public pubsub::Adapter {
 public:
  struct Settings {
    redis::Options redis = {};
    std::string node_name = {};
    Channels channels;
    EnvelopeOptions messages = {};
  };
  explicit RedisAdapter(const Settings& settings);

  const std::string& node_name() const override { return exchange_.node_name(); }
  void broadcast(std::string_view topic, const pubsub::EventPtr& event) override {
    send({Route::except, node_name()}, topic, event);
  }
  void direct_broadcast(const etf::Term& node, std::string_view topic,
                        const pubsub::EventPtr& event) override {
    send({Route::only, node}, topic, event);
  }
  void topic_opened(std::string_view topic, pubsub::Wants wants) override;
  void topic_closed(std::string_view topic, pubsub::Wants wants) override;
  void topic_traced(std::string_view topic, process::HopRecorder& recorder) override {
    exchange_.topic_traced(topic, recorder);
  }
  void topic_untraced(std::string_view topic) override { exchange_.topic_untraced(topic); }
  bool is_subscribed(std::string_view topic) const override {
    return !channels().per_topic() || client_->is_subscribed(channels().of_topic(topic));
  }
  void when_subscribed(std::string_view topic, std::function<void()> then) override {
    client_->when_subscribed(channels().of_topic(topic), std::move(then));
  }

 protected:
  /// Makes the client on `loop`, which outlives it, and lets it connect once the loop runs.
  void begin(redis::Loop& loop, std::vector<pubsub::PubSub*> hubs,
             const telemetry::Telemetry& telemetry, const Log& log);
  /// Sends what was published before, if Redis is connected, and then calls `done` on the loop's
  /// thread. Any thread.
  void finish(std::function<void()> done);
  /// The loop has ended.
  void end() { client_.reset(); }

 private:
  void send(const Route& route, std::string_view topic, const pubsub::EventPtr& event);
  const Channels& channels() const { return exchange_.channels(); }
  /// Whether a topic has a channel of its own for subscribers with these wants.
  bool has_own_channel(pubsub::Wants wants) const {
    return channels().per_topic() && wants == pubsub::Wants::all;
  }

  const redis::Options redis_;
  Exchange exchange_;
  redis::Loop* loop_ = nullptr;
  std::optional<redis::Client> client_;
};

}  // namespace phx::cluster
