#pragma once
/// \file
/// The client, its topic, the way back. Each channel has a copy. Mirrors Phoenix.Socket's struct.
///
///     const std::string user = socket.assign("user").string_or("");  // as connect has set it
///     socket.broadcast_from("arrived", {{"user", user}});            // to all others on the topic

#include <string>

#include "base/shared_text.h"
#include "channel/assigns.h"
#include "pubsub/pubsub.h"
#include "serializer/serializer.h"
#include "telemetry/telemetry.h"

namespace phx {

using serializer::Payload;

/// A channel's answer:
///
///     return seats > 0 ? Reply::ok({{"seats", seats}}) : Reply::error({{"reason", "full"}});
struct Reply {
  serializer::Status status = serializer::Status::ok;
  Payload response;

  static Reply ok(Payload response = {}) { return {serializer::Status::ok, std::move(response)}; }
  static Reply error(Payload response = {}) {
    return {serializer::Status::error, std::move(response)};
  }
};

/// Identifies an event for a deferred reply: made by Socket::socket_ref in a handler, used by
/// reply() later.
struct SocketRef {
  process::Pid transport;
  const serializer::Serializer* serializer;
  serializer::Opaque join_ref, ref, topic;
};

/// Objects that a shard lends to its processes and that outlive them. Copies refer to the same
/// objects.
struct Context {
  process::Scheduler* scheduler;
  pubsub::PubSub* pubsub;
  const telemetry::Telemetry* telemetry;  ///< The endpoint's.

  /// The server's. Any thread.
  const Log& log() const { return scheduler->log(); }
  /// Broadcasts to every member of the topic, on all shards. On the shard's own thread it \throws
  /// EncodeError, as Socket::broadcast does; on another, such as a worker's, the shard logs a
  /// payload that can't be encoded.
  void broadcast(std::string_view topic, std::string_view event, Payload payload = {}) const;
};

class Socket {
 public:
  Socket() = default;
  /// The context outlives the socket and its copies.
  Socket(const Context& context, const serializer::Serializer& serializer)
      : context_(&context), serializer_(&serializer) {}
  Socket(Context&&, const serializer::Serializer&) = delete;

  /// The name of this user's connections: a `disconnect` broadcast on it ends them all. Empty:
  /// none. Shared by the connection's channels.
  SharedText id;
  Assigns assigns;

  /// The assigned value, or null.
  Json assign(std::string_view name) const {
    const auto found = assigns.find(name);
    return found == assigns.end() ? Json() : found->second;
  }

  const std::string& topic() const { return topic_; }
  const serializer::Opaque& join_ref() const { return join_ref_; }

  // For a channel's own callbacks, also on a worker thread.

  /// Pushes to this client alone. \throws EncodeError for a payload that its version can't carry:
  /// in V2 JSON that is not an object, in V1 bytes.
  void push(std::string_view event, Payload payload) const;
  /// Broadcasts to every member of this topic. \throws EncodeError, as push does, if a member's
  /// version can't carry it.
  void broadcast(std::string_view event, Payload payload) const;
  /// Broadcasts to every member but this one.
  void broadcast_from(std::string_view event, Payload payload) const;
  /// Broadcasts to every member of another topic. Mirrors Endpoint.broadcast/3.
  void broadcast_to(std::string_view topic, std::string_view event, Payload payload) const;
  /// Identifies the current event, so that reply() can answer it later. \throws std::logic_error
  /// for an event whose ref is null, which can't be answered.
  SocketRef socket_ref() const;
  /// Sends a message to this channel's own handle_info, now or later.
  void send_self(process::Message message) const;
  void send_self_after(Millis delay, process::Message message) const;

  /// The server's log. Lines from a callback carry its topic and user.
  const Log& log() const { return context_->log(); }
  /// The time at which the current turn began. Tests control it.
  Clock::time_point now() const { return context_->scheduler->now(); }

  const Context& context() const { return *context_; }
  const serializer::Serializer& serializer() const { return *serializer_; }
  process::Pid transport() const { return transport_; }
  process::Pid channel() const { return channel_; }

 private:
  friend class SocketAccess;
  void broadcast_on(std::string_view topic, std::string_view event, Payload payload,
                    process::Pid from) const;

  static constexpr Context nowhere{};
  const Context* context_ = &nowhere;
  const serializer::Serializer* serializer_ = nullptr;
  std::string topic_;
  serializer::Opaque join_ref_;
  serializer::Opaque ref_;
  process::Pid transport_;
  process::Pid channel_;
};

/// Answers an event after its handler has returned. Shard thread or worker; the channel may be
/// gone. Mirrors Phoenix.Channel.reply/2.
void reply(process::Scheduler& scheduler, const SocketRef& to, Reply reply);

/// Access to a Socket for the channel and socket layers, not for users.
class SocketAccess {
 public:
  static void join(Socket& socket, std::string_view topic, serializer::Opaque join_ref,
                   process::Pid transport) {
    socket.topic_ = topic;
    socket.join_ref_ = std::move(join_ref);
    socket.transport_ = transport;
  }
  static void set_channel(Socket& socket, process::Pid channel) { socket.channel_ = channel; }
  static void set_ref(Socket& socket, serializer::Opaque&& ref) { socket.ref_ = std::move(ref); }
  static const serializer::Opaque& ref(const Socket& socket) { return socket.ref_; }
};

}  // namespace phx
