/// A thread with a loop, a Redis client on it, and an Exchange between that and the hubs.

#include "net/redis_pubsub.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <thread>

#include "base/log.h"
#include "cluster/exchange.h"
#include "net/redis_loop.h"
#include "pubsub/term_event.h"
#include "redis/client.h"

namespace phx {
namespace {

std::string made_up_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("{}-{}-{:08x}", host.data(), ::getpid(), std::random_device{}());
}

redis::Options redis_options(const RedisPubSubOptions& options) {
  redis::Options found = redis::options_of(options.url);
  found.keep_messages = options.keep_messages;
  found.keep_for = options.keep_for;
  // Its framing takes less than the rest. A transfer needs room besides the broadcasts that wait.
  constexpr std::size_t framing = 65'536;
  found.max_reply_bytes = options.messages.largest() + framing;
  found.max_pending_bytes = std::max(found.max_pending_bytes, 2 * options.messages.largest());
  return found;
}

class RedisPubSub final : public pubsub::Adapter {
 public:
  explicit RedisPubSub(const RedisPubSubOptions& options)
      : redis_(redis_options(options)),
        exchange_(options.node_name.empty() ? made_up_name() : options.node_name,
                  {options.pubsub, options.channel_per}, options.messages,
                  [this](std::string bytes, bool repeated, std::string channel) {
                    client_->publish(std::move(bytes), repeated, std::move(channel));
                  }) {}
  ~RedisPubSub() override { close(); }

  const std::string& node_name() const override { return exchange_.node_name(); }

  void open(std::vector<pubsub::PubSub*> hubs, const telemetry::Telemetry& telemetry,
            const Log& log) override {
    exchange_.open(std::move(hubs), telemetry, log);
    loop_.emplace();
    client_.emplace(
        *loop_, redis_, channels().all_nodes(), telemetry, log,
        redis::Client::Hooks{[this](std::string_view bytes) { exchange_.received(bytes); },
                             [this] { exchange_.reconnected(); }});
    if (channels().per_topic()) client_->subscribe(channels().of_node(node_name()));
    loop_->post([this] { client_->start(); });
    thread_ = std::thread([this] { loop_->run(); });
  }

  /// Messages published before are sent first, if Redis is connected.
  void close() override {
    if (!thread_.joinable()) return;
    loop_->post([this] { client_->finish([this] { loop_->stop(); }); });
    thread_.join();
    client_.reset();
    loop_.reset();
  }

  void broadcast(std::string_view topic, const pubsub::EventPtr& event) override {
    send({cluster::Route::except, node_name()}, topic, event);
  }
  void direct_broadcast(const etf::Term& node, std::string_view topic,
                        const pubsub::EventPtr& event) override {
    send({cluster::Route::only, node}, topic, event);
  }

  void topic_opened(std::string_view topic, pubsub::Wants wants) override {
    exchange_.topic_opened(topic);
    if (has_own_channel(wants)) client_->subscribe(channels().of_topic(topic));
  }
  void topic_closed(std::string_view topic, pubsub::Wants wants) override {
    exchange_.topic_closed(topic);
    if (has_own_channel(wants)) client_->unsubscribe(channels().of_topic(topic));
  }
  bool is_subscribed(std::string_view topic) const override {
    return !channels().per_topic() || client_->is_subscribed(channels().of_topic(topic));
  }
  void when_subscribed(std::string_view topic, std::function<void()> then) override {
    client_->when_subscribed(channels().of_topic(topic), std::move(then));
  }

 private:
  /// A long transfer is sealed and compressed on the loop's thread, as it would hold up the shard.
  /// Others' messages may overtake it: trackers allow that.
  void send(const cluster::Route& route, std::string_view topic, const pubsub::EventPtr& event) {
    constexpr std::size_t at_once = 262'144;
    const auto* written = pubsub::as<pubsub::WrittenTerm>(*event);
    if (written == nullptr || written->bytes.size() <= at_once) {
      return exchange_.send(route, topic, *event);
    }
    loop_->post(
        [this, route, name = std::string(topic), event] { exchange_.send(route, name, *event); });
  }

  const cluster::Channels& channels() const { return exchange_.channels(); }
  /// Whether a topic has a channel of its own for subscribers with these wants.
  bool has_own_channel(pubsub::Wants wants) const {
    return channels().per_topic() && wants == pubsub::Wants::all;
  }

  const redis::Options redis_;
  cluster::Exchange exchange_;
  std::optional<net::RedisLoop> loop_;
  std::optional<redis::Client> client_;
  std::thread thread_;
};

}  // namespace

std::shared_ptr<pubsub::Adapter> redis_pubsub(const RedisPubSubOptions& options) {
  return std::make_shared<RedisPubSub>(options);
}

}  // namespace phx
