/// The dispatcher: one pass over the subscribers, one encoding for each serializer.

#include "channel/fastlane.h"

#include <algorithm>

namespace phx::channel {
namespace {

using serializer::Broadcast;
using serializer::FramePtr;
using serializer::Serializer;

/// The frames encoded so far. There are two serializers, so a list is faster than a map.
class Encoded {
 public:
  explicit Encoded(const Broadcast& broadcast) : broadcast_(broadcast) {}

  const FramePtr& by(const Serializer& serializer) {
    for (const auto& [known, frame] : frames_) {
      if (known == &serializer) return frame;
    }
    auto frame = std::make_shared<const serializer::Frame>(serializer.fastlane(broadcast_));
    return frames_.emplace_back(&serializer, std::move(frame)).second;
  }

 private:
  const Broadcast& broadcast_;
  std::vector<std::pair<const Serializer*, FramePtr>> frames_;
};

/// Null if the subscriber left no metadata, or metadata of another type.
const Fastlane* lane_of(const pubsub::Subscriber& subscriber) {
  return subscriber.metadata ? pubsub::as<Fastlane>(*subscriber.metadata) : nullptr;
}

}  // namespace

bool Fastlane::intercepted(std::string_view event) const {
  if (!intercepts.may_have(event)) return false;
  const std::vector<std::string>& names = intercepts.names();
  return std::find(names.begin(), names.end(), event) != names.end();
}

//! [dispatch]
void dispatch(process::Scheduler& scheduler, std::span<const pubsub::Subscriber> subscribers,
              process::Pid from, const pubsub::EventPtr& event) {
  const auto* broadcast = pubsub::as<Broadcast>(*event);
  if (broadcast == nullptr) return pubsub::send_to_all(scheduler, subscribers, from, event);
  process::hop("broadcast", *broadcast);
  Encoded encoded(*broadcast);
  for (const pubsub::Subscriber& subscriber : subscribers) {
    if (subscriber.pid == from) continue;
    const Fastlane* fastlane = lane_of(subscriber);
    if (fastlane != nullptr && !fastlane->intercepted(broadcast->event)) {
      scheduler.send(fastlane->transport, SocketPush{encoded.by(fastlane->serializer)});
    } else {
      broadcast->payload.json();  // parsed once for all; an unreadable payload crashes its sender
      scheduler.send(subscriber.pid, pubsub::EventPtr(event));
    }
  }
}
//! [dispatch]

void broadcast(pubsub::PubSub& pubsub, std::string_view topic, std::string_view event,
               serializer::Payload payload, process::Pid from, process::Pid blame) {
  if (!pubsub.on_own_thread()) payload.read_ahead();
  pubsub.broadcast(
      topic,
      std::make_shared<Broadcast>(std::string(topic), std::string(event), std::move(payload)), from,
      dispatch, blame);
}

}  // namespace phx::channel
