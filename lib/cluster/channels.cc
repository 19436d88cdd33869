/// Chooses a message's channel by its receivers.

#include "cluster/channels.h"

#include "pubsub/term_event.h"
#include "serializer/message.h"

namespace phx::cluster {
namespace {

bool is_notice(std::string_view topic, const pubsub::Event& event) {
  if (of_trackers(topic)) return true;
  const auto* broadcast = pubsub::as<serializer::Broadcast>(event);
  return broadcast != nullptr && broadcast->event == disconnect_event;
}

}  // namespace

std::string Channels::of_message(const Route& route, std::string_view topic,
                                 const pubsub::Event& event) const {
  if (!per_topic()) return {};
  if (route.mode == Route::only) {
    const auto* name = route.node.get<std::string>();
    return name != nullptr ? of_node(*name) : std::string();
  }
  return is_notice(topic, event) ? std::string() : of_topic(topic);
}

}  // namespace phx::cluster
