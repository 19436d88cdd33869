/// Seals and opens messages, and counts invalid ones both ways.

#include "cluster/exchange.h"

#include <utility>

#include "pubsub/term_event.h"

namespace phx::cluster {

void Exchange::open(std::vector<pubsub::PubSub*> hubs, const telemetry::Telemetry& telemetry,
                    const Log& log) {
  log_ = log;
  hubs_ = std::move(hubs);
  telemetry_ = &telemetry;
  interest_.clear();
}

void Exchange::send(const Route& route, std::string_view topic, const pubsub::Event& event) try {
  auto bytes = seal(route, topic, event, options_);
  if (!bytes) return;
  publish_(std::move(*bytes), pubsub::as<pubsub::WrittenTerm>(event) != nullptr,
           channels_.of_message(route, topic, event));
} catch (const BadEnvelope& why) {
  telemetry_->execute(BroadcastKept{topic, why.what()});
  if (const std::size_t count = ++kept_; worth_a_line(count)) {
    log_.warn("a broadcast stays on this node",
              {{"topic", topic}, {"reason", why.what()}, {"count", std::to_string(count)}});
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
