#pragma once
/// \file
/// Sends a broadcast to a thousand clients with one encoding, past their channels.
///
/// A channel subscribes to its topic with a fastlane: where its client's frames go, and which
/// events it intercepts. The dispatcher encodes once for each serializer and sends the same frame
/// to every transport. Mirrors Phoenix.Channel.Server.dispatch/3.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "channel/intercepts.h"
#include "process/scheduler.h"
#include "pubsub/pubsub.h"
#include "serializer/serializer.h"

namespace phx::channel {

/// A frame for a client, to its transport process. Mirrors `{:socket_push, opcode, data}`.
struct SocketPush {
  serializer::FramePtr frame;
};
inline std::size_t heap_bytes(const SocketPush& push) { return push.frame->bytes.size(); }
/// To send a frame is to append it to what waits for the client.
inline void needs_no_turn(const SocketPush&) {}
/// Sends a frame to this transport's client alone: it is copied to what waits for the client, or is
/// kept in a message.
inline void send_draft(process::Scheduler& scheduler, process::Pid transport,
                       serializer::Draft& draft) {
  if (scheduler.taken_at_once(transport, process::Offer(draft))) return;
  scheduler.send(
      transport,
      process::Message(SocketPush{std::make_shared<const serializer::Frame>(draft.finished())}));
}
inline void send_frame(process::Scheduler& scheduler, process::Pid transport,
                       serializer::Frame&& frame) {
  serializer::Draft draft(std::move(frame));
  send_draft(scheduler, transport, draft);
}
/// Encodes a reply, and sends it. A traced one is encoded as a frame, for its hop.
inline void send_frame(process::Scheduler& scheduler, process::Pid transport,
                       const serializer::Serializer& serializer,
                       const serializer::SocketReply& reply) {
  if (process::traced()) [[unlikely]]
    return send_frame(scheduler, transport, serializer.encode(reply));
  serializer::Draft draft;
  serializer.draft(reply, draft);
  send_draft(scheduler, transport, draft);
}

//! [fastlane]
/// What a channel leaves at its subscription.
struct Fastlane final : pubsub::Metadata {
  Fastlane(process::Pid t, const serializer::Serializer& s, std::vector<std::string> events)
      : transport(t), serializer(s), intercepts(std::move(events)) {}
  const process::Pid transport;
  const serializer::Serializer& serializer;
  const Intercepts intercepts;
  bool intercepted(std::string_view event) const;
};
//! [fastlane]

/// Passes a serializer::Broadcast to one shard's subscribers: as a frame to those with a fastlane;
/// to all others, and for intercepted events, as a pubsub::EventPtr message. An event that is not a
/// Broadcast goes to all as that message. \throws JsonError for a payload too large or too deep to
/// be read, before any subscriber gets it to read: it must not crash the receivers.
void dispatch(process::Scheduler& scheduler, std::span<const pubsub::Subscriber> subscribers,
              process::Pid from, const pubsub::EventPtr& event);

/// Broadcasts to every subscriber of the topic but `from`. \throws EncodeError if the version of a
/// member on this shard can't carry the payload; without members nothing is encoded. Any thread.
/// `blame` crashes if a member on another shard can't be sent it. Mirrors
/// Phoenix.Channel.Server.broadcast/4.
void broadcast(pubsub::PubSub& pubsub, std::string_view topic, std::string_view event,
               serializer::Payload payload, process::Pid from = {}, process::Pid blame = {});

}  // namespace phx::channel
