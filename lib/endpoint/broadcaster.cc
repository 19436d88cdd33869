/// Access to the hubs while a server runs, with a count of the callers inside.

#include "endpoint/broadcaster.h"

#include <algorithm>
#include <utility>

#include "channel/fastlane.h"

namespace phx {
namespace {

pubsub::EventPtr broadcast_of(std::string_view topic, std::string_view event,
                              serializer::Payload payload) {
  return std::make_shared<const serializer::Broadcast>(std::string(topic), std::string(event),
                                                       std::move(payload));
}

}  // namespace

/// No lock is held: a broadcast may reach a telemetry handler that broadcasts itself.
class Broadcaster::Lease {
 public:
  explicit Lease(const Broadcaster& to) : to_(to) {
    const std::lock_guard lock(to_.mutex_);
    inside_ = to_.open_;
    if (inside_) ++to_.leases_;
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    if (!inside_) return;
    const std::lock_guard lock(to_.mutex_);
    if (--to_.leases_ == 0) to_.all_left_.notify_all();
  }
  explicit operator bool() const { return inside_; }

 private:
  const Broadcaster& to_;
  bool inside_;
};

void Broadcaster::open(std::vector<pubsub::PubSub*> hubs, const telemetry::Telemetry& telemetry,
                       const Log& log) {
  for (pubsub::PubSub* hub : hubs) hub->use(adapter_.get());
  if (adapter_) adapter_->open(hubs, telemetry, log);
  const std::lock_guard lock(mutex_);
  hubs_ = std::move(hubs);
  open_ = true;
}

bool Broadcaster::is_open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

void Broadcaster::close() {
  std::vector<pubsub::PubSub*> hubs;
  {
    std::unique_lock lock(mutex_);
    open_ = false;
    all_left_.wait(lock, [this] { return leases_ == 0; });
    hubs.swap(hubs_);
  }
  if (adapter_ && !hubs.empty()) adapter_->close();
  for (pubsub::PubSub* hub : hubs) hub->use(nullptr);
}

//! [broadcast]
bool Broadcaster::broadcast(std::string_view topic, std::string_view event,
                            serializer::Payload payload, process::Pid from) const {
  const Lease lease(*this);
  if (!lease) return false;
  channel::broadcast(nearest_hub(), topic, event, std::move(payload), from);
  return true;
}

/// On a shard's thread its own hub comes first: a payload that can't be encoded is then the
/// caller's error, before any subscriber gets it.
pubsub::PubSub& Broadcaster::nearest_hub() const {
  const auto own = std::find_if(hubs_.begin(), hubs_.end(),
                                [](const pubsub::PubSub* hub) { return hub->on_own_thread(); });
  return own == hubs_.end() ? *hubs_.front() : **own;
}
//! [broadcast]

bool Broadcaster::local_broadcast(std::string_view topic, std::string_view event,
                                  serializer::Payload payload) const {
  const Lease lease(*this);
  if (!lease) return false;
  nearest_hub().local_broadcast(topic, broadcast_of(topic, event, std::move(payload)), {},
                                channel::dispatch);
  return true;
}

bool Broadcaster::direct_broadcast(const etf::Term& node, std::string_view topic,
                                   std::string_view event, serializer::Payload payload) const {
  if (!adapter_ || node == etf::Term(adapter_->node_name())) {
    return local_broadcast(topic, event, std::move(payload));
  }
  const Lease lease(*this);
  if (!lease) return false;
  adapter_->direct_broadcast(node, topic, broadcast_of(topic, event, std::move(payload)));
  return true;
}

}  // namespace phx
