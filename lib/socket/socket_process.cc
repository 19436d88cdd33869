/// One connection's conversation, from the first join to the last frame.

#include "socket/socket_process.h"

#include <algorithm>

#include "process/scheduler.h"

namespace phx::socket {

using process::Down;
using process::ExitReason;
using serializer::Frame;
using serializer::FramePtr;
using serializer::SocketMessage;

namespace {

/// Names are what the server keeps, compares and sends back: topics, events, refs.
std::size_t longest_name(const SocketMessage& message) {
  return std::max({message.topic.text().size(), message.event.text().size(),
                   message.ref.text().size(), message.join_ref.text().size()});
}

/// Most clients join one topic, and need no search.
template <class Channels>
auto channel_on(std::string_view topic, Channels& channels) {
  const auto first = channels.begin();
  return channels.size() == 1 && first->first == topic ? first : channels.find(topic);
}

}  // namespace

SocketProcess::SocketProcess(const UserSocket& user, Socket socket)
    : user_(user),
      id_(std::move(socket.id)),
      assigns_(std::move(socket.assigns)),
      context_(socket.context()),
      serializer_(socket.serializer()) {}

LogSubject::Metadata SocketProcess::log_metadata() const {
  if (id_.empty()) return {};
  return {{"user", id_}};
}

void SocketProcess::init() {
  if (id_.empty()) return;
  disconnects_ = context_.pubsub->subscribe(id_, self(), nullptr, pubsub::Wants::notices);
}

//! [handle]
void SocketProcess::handle(process::Message message) {
  if (auto* push = message.get_if<channel::SocketPush>()) {
    process::hop("frame", push->frame->bytes);
    deliver(std::move(push->frame));
  } else if (auto* in = message.get_if<FromClient>()) {
    read(std::move(in->frame));
  } else if (const auto* down = message.get_if<Down>()) {
    channel_down(*down);
  } else if (const auto* closing = message.get_if<channel::SocketClose>()) {
    channel_closed(closing->channel);
  } else if (const auto* event = pubsub::event_in<serializer::Broadcast>(message)) {
    if (event->event != "disconnect") return;
    close(CloseCode::going_away);
    stop();
  } else if (message.holds<ClientGone>()) {
    stop();
  } else if (auto* held = message.get_if<Held>()) {
    for (FramePtr& frame : held->frames) deliver(std::move(frame));
  } else if (message.holds<Drain>()) {
    close(CloseCode::service_restart);
    stop();
  }
}
//! [handle]

void SocketProcess::take_in_turn(process::Offer handed) {
  if (auto* in = handed.get_if<FromClient>()) return read(std::move(in->frame));
  Process::take_in_turn(handed);
}

void SocketProcess::read(Frame&& frame) {
  process::hop("frame", frame.bytes);
  const bool text = frame.opcode == Frame::text;
  try {
    SocketMessage parsed = serializer_.decode(std::move(frame));
    parsed.payload.limit_reading(user_.max_json_bytes());
    from_client(std::move(parsed));
  } catch (const serializer::NotUtf8&) {
    broken_ = text ? CloseCode::bad_payload : CloseCode::internal_error;
    throw;
  }
}

SocketProcess::Meanwhile SocketProcess::meanwhile(process::Message& message,
                                                  process::Mailbox& waiting) {
  if (message.holds<ClientGone>()) return Meanwhile::end_of_rest;
  auto* push = message.get_if<channel::SocketPush>();
  if (push == nullptr) return Meanwhile::queue;
  if (auto* held = waiting.last_if<Held>()) {
    held->frames.push_back(std::move(push->frame));
    return Meanwhile::joined;
  }
  const std::size_t bytes = message.bytes();
  Held first;
  first.frames.push_back(std::move(push->frame));
  message = std::move(first);
  message.grew(bytes);
  return Meanwhile::queue;
}

/// A crash here means a bad frame of the client's, or a defect of ours: only this connection ends.
void SocketProcess::terminate(const ExitReason& reason) {
  if (reason.kind == ExitReason::crash) close(broken_.value_or(CloseCode::internal_error));
}

void SocketProcess::limit_reached(telemetry::Limit limit, std::size_t allowed) const {
  telemetry::report_limit(*context_.telemetry, scheduler().log(), {limit, allowed});
}

// --- What the client says -----------------------------------------------------------------------

//! [from_client]
void SocketProcess::from_client(SocketMessage&& message) {
  process::hop("message", message);
  const std::size_t limit = user_.max_name_size();
  if (longest_name(message) > limit) return name_too_long(limit);
  const bool named = message.topic.is_string();
  if (message.topic.is("phoenix") && message.event.is("heartbeat")) {
    return reply(message, {}, Reply::ok());
  }
  const auto joined = named ? channel_on(message.topic.text(), channels_) : channels_.end();
  if (joined == channels_.end()) {
    not_joined(std::move(message));
  } else {
    on_topic(joined->second, std::move(message));
  }
}
//! [from_client]

/// No reply, as it would repeat the names: the connection closes, as after too many messages.
void SocketProcess::name_too_long(std::size_t limit) {
  limit_reached(telemetry::Limit::name_size, limit);
  close(CloseCode::policy_violation);
  stop({ExitReason::shutdown, "a name is too long"});
}

//! [not_joined]
void SocketProcess::not_joined(SocketMessage message) {
  if (message.event.is("phx_join")) return join(std::move(message));
  if (message.event.is("phx_leave")) return reply(message, message.join_ref, Reply::ok());
  unmatched(message);
}
//! [not_joined]

//! [on_topic]
void SocketProcess::on_topic(const Entry& entry, SocketMessage&& message) {
  if (message.event.is("phx_join")) return rejoin(entry, std::move(message));
  // A message for an earlier join of this topic is dropped. A null join_ref matches any join: for
  // V1 clients, and as of 1.8.12 for all (rules, L-06).
  if (!message.join_ref.is_null() && !(message.join_ref == entry.join_ref)) return;
  scheduler().send(entry.pid, std::move(message));
}
//! [on_topic]

// --- The end of a channel -----------------------------------------------------------------------

//! [channel_down]
void SocketProcess::channel_down(const Down& down) {
  const auto ended = channel_of(down.pid);
  if (ended == channels_.end()) return;
  process::hop("the channel crashed", down.reason.detail);
  const auto& [topic, entry] = *ended;
  deliver(goodbye(entry, topic, "phx_error", Json::object({{"reason", "channel_crash"}})));
  channels_.erase(ended);
}
//! [channel_down]

//! [channel_closed]
void SocketProcess::channel_closed(process::Pid pid) {
  const auto closed = channel_of(pid);
  if (closed == channels_.end()) return;
  const auto& [topic, entry] = *closed;
  deliver(goodbye(entry, topic, "phx_close", {}));
  scheduler().demonitor(entry.monitor, self(), pid);
  channels_.erase(closed);
}

SocketProcess::Channels::iterator SocketProcess::channel_of(process::Pid pid) {
  return std::find_if(channels_.begin(), channels_.end(),
                      [pid](const auto& channel) { return channel.second.pid == pid; });
}
//! [channel_closed]

/// phx_close and phx_error carry the join's join_ref as ref too.
FramePtr SocketProcess::goodbye(const Entry& entry, std::string_view topic, const char* event,
                                Payload payload) const {
  const SocketMessage message{entry.join_ref, entry.join_ref, topic, event, std::move(payload)};
  return std::make_shared<const Frame>(serializer_.encode(message));
}

// --- Answers ------------------------------------------------------------------------------------

void SocketProcess::reply(const SocketMessage& to, const Opaque& join_ref, Reply reply) {
  const serializer::SocketReply message{join_ref, to.ref, to.topic, reply.status,
                                        std::move(reply.response)};
  process::hop("reply", message);
  deliver(std::make_shared<const Frame>(serializer_.encode(message)));
}

void SocketProcess::unmatched(const SocketMessage& message) {
  reply(message, {}, Reply::error(Json::object({{"reason", "unmatched topic"}})));
}

}  // namespace phx::socket
