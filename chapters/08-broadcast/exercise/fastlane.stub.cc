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

/// [1] Whether the event is one of `intercepts.names()`.
bool Fastlane::intercepted(std::string_view event) const {
  // Yours: Fastlane::intercepted
  not_written("Fastlane::intercepted", event);
}

/// Hands one event to one shard's subscribers:
///
/// - [2] `from` is left out.
/// - [3] Where `event` is no serializer::Broadcast, it goes to all others by pubsub::send_to_all.
///
/// A Broadcast goes its way by each subscriber's metadata, which is a Fastlane, or something else,
/// or null: pubsub::as tells.
///
/// - [4] To a subscriber with a fastlane that does not intercept this event goes a SocketPush.
///   [5] It goes to its transport. [6] It has the frame that its serializer makes.
/// - [7] To one that intercepts it goes the event itself, as a pubsub::EventPtr, to its pid. [8] So
///   it does to one whose metadata is something else, or null.
///
/// A serializer is asked by serializer.fastlane(broadcast):
///
/// - [9] It is asked once in a dispatch, and all who share it are sent the very same FramePtr.
///   [10] It is not asked where nobody needs its frame.
/// - [11] What it throws, this throws: the sender of a payload that a member's version can't carry
///   crashes, and no member.
/// - [12] Before the event itself is sent to anyone, its payload is read (payload.json()), which
///   throws where that is impossible: so its sender crashes, and no receiver. [13] Where only
///   frames are sent, it is not read.
void dispatch(process::Scheduler& scheduler, std::span<const pubsub::Subscriber> subscribers,
              process::Pid from, const pubsub::EventPtr& event) {
  // Yours: dispatch
  not_written("dispatch", scheduler, subscribers, from, event);
}

/// [14] A Broadcast of topic, event and payload goes to the pubsub. [15] Its dispatcher is
/// dispatch. [16] `from` is passed on, who gets nothing. [17] `blame` is passed on, who crashes
/// where a member on another shard can't be sent it.
///
/// The house also has a large payload read ahead (payload.read_ahead()) where the caller runs on
/// another thread than the pubsub's. No test can see that, only a clock.
void broadcast(pubsub::PubSub& pubsub, std::string_view topic, std::string_view event,
               serializer::Payload payload, process::Pid from, process::Pid blame) {
  // Yours: broadcast
  not_written("broadcast", pubsub, topic, event, payload, from, blame);
}

}  // namespace phx::channel
