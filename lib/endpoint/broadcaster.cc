/// A door to the hubs that is open while a server runs, and counts who is inside.

#include "endpoint/broadcaster.h"

#include <algorithm>
#include <utility>

#include "channel/fastlane.h"

namespace phx {

/// No lock is held meanwhile: a broadcast may be told to a telemetry handler that broadcasts.
class Broadcaster::Visit {
 public:
  explicit Visit(const Broadcaster& to) : to_(to) {
    const std::lock_guard lock(to_.mutex_);
    inside_ = to_.open_;
    if (inside_) ++to_.visits_;
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() {
    if (!inside_) return;
    const std::lock_guard lock(to_.mutex_);
    if (--to_.visits_ == 0) to_.all_left_.notify_all();
  }
  explicit operator bool() const { return inside_; }

 private:
  const Broadcaster& to_;
  bool inside_;
};

void Broadcaster::open(std::vector<pubsub::PubSub*> hubs) {
  const std::lock_guard lock(mutex_);
  hubs_ = std::move(hubs);
  open_ = true;
}

void Broadcaster::close() {
  std::unique_lock lock(mutex_);
  open_ = false;
  all_left_.wait(lock, [this] { return visits_ == 0; });
  hubs_.clear();
}

//! [broadcast]
bool Broadcaster::broadcast(std::string_view topic, std::string_view event,
                            serializer::Payload payload, process::Pid from) const {
  const Visit visit(*this);
  if (!visit) return false;
  channel::broadcast(nearest_hub(), topic, event, std::move(payload), from);
  return true;
}

/// A shard's own where the caller is on its thread, so that what can't be encoded is the caller's
/// error and nobody has got it.
pubsub::PubSub& Broadcaster::nearest_hub() const {
  const auto own = std::find_if(hubs_.begin(), hubs_.end(),
                                [](const pubsub::PubSub* hub) { return hub->on_own_thread(); });
  return own == hubs_.end() ? *hubs_.front() : **own;
}
//! [broadcast]

}  // namespace phx
