/// A thread with a loop, and on it the Redis client of a cluster::RedisAdapter.

#include "net/redis_pubsub.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <thread>

#include "base/log.h"
#include "cluster/redis_adapter.h"
#include "net/redis_loop.h"

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

class RedisPubSub final : public cluster::RedisAdapter {
 public:
  explicit RedisPubSub(const RedisPubSubOptions& options)
      : RedisAdapter({.redis = redis_options(options),
                      .node_name = options.node_name.empty() ? made_up_name() : options.node_name,
                      .channels = {options.pubsub, options.channel_per},
                      .messages = options.messages}) {}
  ~RedisPubSub() override { close(); }

  void open(std::vector<pubsub::PubSub*> hubs, const telemetry::Telemetry& telemetry,
            const Log& log) override {
    loop_.emplace();
    begin(*loop_, std::move(hubs), telemetry, log);
    thread_ = std::thread([this] { loop_->run(); });
  }

  /// Messages published before are sent first, if Redis is connected.
  void close() override {
    if (!thread_.joinable()) return;
    finish([this] { loop_->stop(); });
    thread_.join();
    end();
    loop_.reset();
  }

 private:
  std::optional<net::RedisLoop> loop_;
  std::thread thread_;
};

}  // namespace

std::shared_ptr<pubsub::Adapter> redis_pubsub(const RedisPubSubOptions& options) {
  return std::make_shared<RedisPubSub>(options);
}

}  // namespace phx
