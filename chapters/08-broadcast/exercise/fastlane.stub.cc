/// How a broadcast reaches a thousand clients with one encoding: your own.
///
/// README.md beside this file says in which order to write the parts. What helps:
/// serializer.fastlane(broadcast) makes a frame, or refuses to; pubsub.broadcast finds the
/// subscribers and calls dispatch on each shard.

#include "channel/fastlane.h"

#include <algorithm>

#include "chapters/not_written.h"

namespace phx::channel {

using exercise::not_written;  // goes with the last part that you write
using serializer::Broadcast;
using serializer::FramePtr;
using serializer::Serializer;

/// Whether the event is one of `intercepts`.
bool Fastlane::intercepted(std::string_view event) const {
  // Yours: Fastlane::intercepted
  not_written("Fastlane::intercepted", event);
}

/// Hands one event to one shard's subscribers, all but `from`.
///
/// Where `event` is no serializer::Broadcast, it goes to all by pubsub::send_to_all. A subscriber's
/// metadata is a Fastlane, or something else, or null: pubsub::as tells. To one with a fastlane
/// that does not intercept this event goes a SocketPush, to its *transport*: the frame that its
/// serializer makes. To all others goes the event itself, as a pubsub::EventPtr, to their pid: so a
/// channel that intercepts sees it, and a process that is no channel.
///
/// A serializer is asked once in a dispatch, at the first subscriber who needs it, and all who
/// share it are sent the very same FramePtr. What it throws, this throws.
void dispatch(process::Scheduler& scheduler, std::span<const pubsub::Subscriber> subscribers,
              process::Pid from, const pubsub::EventPtr& event) {
  // Yours: dispatch
  not_written("dispatch", scheduler, subscribers, from, event);
}

/// A Broadcast of topic, event and payload goes to the pubsub, with dispatch for its dispatcher.
/// `from` and `blame` are passed on.
void broadcast(pubsub::PubSub& pubsub, std::string_view topic, std::string_view event,
               serializer::Payload payload, process::Pid from, process::Pid blame) {
  // Yours: broadcast
  not_written("broadcast", pubsub, topic, event, payload, from, blame);
}

}  // namespace phx::channel
