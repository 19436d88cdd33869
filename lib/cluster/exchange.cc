/// Seals and opens messages, and counts invalid ones both ways.

#include "cluster/exchange.h"

#include <utility>

#include "presence/wire.h"
#include "pubsub/term_event.h"

namespace phx::cluster {
namespace {

/// Compressed bytes could hide a value from the filter of the traces.
std::string_view shown(std::string_view term) {
  return term.starts_with("\x83P") ? std::string_view() : term;
}

}  // namespace

void Exchange::open(std::vector<pubsub::PubSub*> hubs, const telemetry::Telemetry& telemetry,
                    const Log& log) {
  log_ = log;
  hubs_ = std::move(hubs);
  telemetry_ = &telemetry;
  interest_.clear();
  const std::lock_guard lock(mutex_);
  trackers_topics_.clear();
  traced_topics_.clear();
  traces_any_ = false;
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

// --- Traces -------------------------------------------------------------------------------------

void Exchange::topic_traced(std::string_view topic, process::HopRecorder& recorder) {
  const std::lock_guard lock(mutex_);
  const auto found = traced_topics_.find(topic);
  if (found != traced_topics_.end()) {
    ++found->second.subscriptions;
  } else if (traced_topics_.size() < max_traced_topics) {
    traced_topics_.emplace(topic, TracedTopic{&recorder, 1});
    traces_any_ = true;
  }
}

void Exchange::topic_untraced(std::string_view topic) {
  const std::lock_guard lock(mutex_);
  const auto found = traced_topics_.find(topic);
  if (found == traced_topics_.end() || --found->second.subscriptions > 0) return;
  traced_topics_.erase(found);
  traces_any_ = !traced_topics_.empty();
}

//! [traces_for]
/// While nobody is traced, one load for each message.
process::HopRecorder* Exchange::traces_for(std::string_view bytes) const noexcept try {
  if (!traces_any_.load(std::memory_order_relaxed)) return nullptr;
  const auto topic = topic_of(bytes, node_name_, options_);
  if (!topic) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto found = traced_topics_.find(*topic);
  if (found == traced_topics_.end()) return nullptr;
  process::HopRecorder* const recorder = found->second.recorder;
  return recorder->takes_foreign() ? recorder : nullptr;
} catch (const std::bad_alloc&) {
  return nullptr;
}
//! [traces_for]

// --- Receiving ----------------------------------------------------------------------------------

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
  process::hop("message of another node", shown(bytes));
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
