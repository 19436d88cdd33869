/// Seals and opens messages, and counts invalid ones both ways.

#include "cluster/exchange.h"

#include <utility>

#include "presence/wire.h"
#include "pubsub/term_event.h"

namespace phx::cluster {

void Exchange::open(std::vector<pubsub::PubSub*> hubs, const telemetry::Telemetry& telemetry,
                    const Log& log) {
  log_ = log;
  hubs_ = std::move(hubs);
  telemetry_ = &telemetry;
  interest_.clear();
  const std::lock_guard lock(mutex_);
  trackers_topics_.clear();
}

void Exchange::send(const Route& route, std::string_view topic, const pubsub::Event& event) try {
  auto bytes = seal(route, topic, event, options_);
  if (!bytes) return;
  process::hop("for other nodes", topic);
  publish_(std::move(*bytes), pubsub::as<pubsub::WrittenTerm>(event) != nullptr,
           channels_.of_message(route, topic, event));
} catch (const BadEnvelope& why) {
  telemetry_->execute(BroadcastKept{topic, why.what()});
  if (const std::size_t count = ++kept_; worth_a_line(count)) {
    log_.warn("a broadcast stays on this node",
              {{"topic", topic}, {"reason", why.what()}, {"count", std::to_string(count)}});
  }
}

void Exchange::topic_opened(std::string_view topic) {
  interest_.opened(topic);
  if (!of_trackers(topic)) return;
  const std::lock_guard lock(mutex_);
  trackers_topics_.emplace(topic);
}

void Exchange::topic_closed(std::string_view topic) {
  interest_.closed(topic);
  if (!of_trackers(topic)) return;
  const std::lock_guard lock(mutex_);
  if (const auto found = trackers_topics_.find(topic); found != trackers_topics_.end()) {
    trackers_topics_.erase(found);
  }
}

void Exchange::reconnected() {
  const auto topics = [this] {
    const std::lock_guard lock(mutex_);
    return trackers_topics_;
  }();
  const auto event = std::make_shared<const presence::Reconnected>();
  for (const std::string& topic : topics) {
    hubs_.front()->local_broadcast(topic, event, {}, pubsub::send_to_all);
  }
}

//! [received]
void Exchange::received(std::string_view bytes) try {
  auto message = cluster::open(bytes, node_name_, options_, &interest_);
  if (!message) return;
  if (telemetry_->attached<BroadcastHeard>() && !of_trackers(message->topic)) {
    telemetry_->execute(BroadcastHeard{message->topic});
  }
  hubs_.front()->local_broadcast(message->topic, std::move(message->event), {}, message->dispatch);
} catch (const BadEnvelope& why) {
  telemetry_->execute(MessageSkipped{bytes.size(), why.what()});
  if (const std::size_t count = ++skipped_; worth_a_line(count)) {
    log_.warn("a message of another node was skipped", {{"reason", why.what()},
                                                        {"bytes", std::to_string(bytes.size())},
                                                        {"count", std::to_string(count)}});
  }
}
//! [received]

}  // namespace phx::cluster
