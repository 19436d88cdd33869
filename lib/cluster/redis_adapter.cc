/// Between hubs, an Exchange and a Redis client.

#include "cluster/redis_adapter.h"

#include <utility>

#include "base/log.h"
#include "pubsub/term_event.h"

namespace phx::cluster {

RedisAdapter::RedisAdapter(const Settings& settings)
    : redis_(settings.redis),
      exchange_(settings.node_name, settings.channels, settings.messages,
                [this](std::string bytes, bool repeated, std::string channel) {
                  client_->publish(std::move(bytes), repeated, std::move(channel));
                }) {}

void RedisAdapter::begin(redis::Loop& loop, std::vector<pubsub::PubSub*> hubs,
                         const telemetry::Telemetry& telemetry, const Log& log) {
  exchange_.open(std::move(hubs), telemetry, log);
  loop_ = &loop;
  client_.emplace(
      loop, redis_, channels().all_nodes(), telemetry, log,
      redis::Client::Hooks{[this](std::string_view bytes) { exchange_.received(bytes); },
                           [this] { exchange_.reconnected(); },
                           [this](std::string_view bytes) { return exchange_.traces_for(bytes); }});
  if (channels().per_topic()) client_->subscribe(channels().of_node(node_name()));
  loop.post([this] { client_->start(); });
}

void RedisAdapter::finish(std::function<void()> done) {
  loop_->post([this, done = std::move(done)] { client_->finish(done); });
}

void RedisAdapter::topic_opened(std::string_view topic, pubsub::Wants wants) {
  exchange_.topic_opened(topic);
  if (has_own_channel(wants)) client_->subscribe(channels().of_topic(topic));
}

void RedisAdapter::topic_closed(std::string_view topic, pubsub::Wants wants) {
  exchange_.topic_closed(topic);
  if (has_own_channel(wants)) client_->unsubscribe(channels().of_topic(topic));
}

/// A long transfer is sealed and compressed on the loop's thread, as it would hold up the shard.
/// Others' messages may overtake it: trackers allow that.
void RedisAdapter::send(const Route& route, std::string_view topic, const pubsub::EventPtr& event) {
  constexpr std::size_t at_once = 262'144;
  const auto* written = pubsub::as<pubsub::WrittenTerm>(*event);
  if (written == nullptr || written->bytes.size() <= at_once) {
    return exchange_.send(route, topic, *event);
  }
  loop_->post(
      [this, route, name = std::string(topic), event] { exchange_.send(route, name, *event); });
}

}  // namespace phx::cluster
