/// One connection's conversation, from the first join to the last frame.

#include "socket/handler.h"

#include "process/scheduler.h"

namespace phx::socket {

using channel::JoinReply;
using process::Down;
using process::ExitReason;
using process::Ref;
using serializer::Frame;
using serializer::FramePtr;
using Message = serializer::Message;

Handler::Handler(const UserSocket& user, Socket socket) : user_(user), socket_(std::move(socket)) {}

LogSubject::Metadata Handler::log_metadata() const {
  if (socket_.id.empty()) return {};
  return {{"user", socket_.id}};
}

void Handler::init() {
  if (socket_.id.empty()) return;
  disconnects_ = socket_.house().pubsub->subscribe(socket_.id, self());
}

void Handler::handle(process::Message message) {
  if (auto* push = message.get_if<channel::SocketPush>()) {
    deliver(std::move(push->frame));
  } else if (auto* in = message.get_if<FromClient>()) {
    const bool text = in->frame.opcode == Frame::text;
    try {
      from_client(socket_.serializer().decode(std::move(in->frame)));
    } catch (const serializer::NotUtf8&) {
      broken_ = text ? CloseCode::bad_payload : CloseCode::internal_error;
      throw;
    }
  } else if (const auto* down = message.get_if<Down>()) {
    channel_down(*down);
  } else if (const auto* closing = message.get_if<channel::SocketClose>()) {
    channel_closed(closing->channel);
  } else if (const auto* event = message.get_if<pubsub::EventPtr>()) {
    if (static_cast<const serializer::Broadcast&>(**event).event != "disconnect") return;
    close(CloseCode::going_away);
    stop();
  } else if (message.holds<ClientGone>()) {
    stop();
  } else if (message.holds<Drain>()) {
    close(CloseCode::service_restart);
    stop();
  }
}

/// A crash here is the client's bad frame, or a defect of ours: this connection ends, no other.
void Handler::terminate(const ExitReason& reason) {
  if (reason.kind == ExitReason::crash) close(broken_.value_or(CloseCode::internal_error));
}

void Handler::limit_reached(telemetry::Limit limit, std::size_t allowed) const {
  telemetry::tell(*socket_.house().telemetry, scheduler().log(), {limit, allowed});
}

// --- What the client says -----------------------------------------------------------------------

void Handler::from_client(Message message) {
  const bool named = message.topic.is_string();
  if (message.topic.is("phoenix") && message.event.is("heartbeat")) {
    return reply(message, {}, Reply::ok());
  }
  const auto joined = named ? channels_.find(message.topic.text()) : channels_.end();
  if (joined == channels_.end()) {
    not_joined(std::move(message));
  } else {
    on_topic(joined->second, std::move(message));
  }
}

void Handler::not_joined(Message message) {
  if (message.event.is("phx_join")) return join(std::move(message));
  if (message.event.is("phx_leave")) return reply(message, message.join_ref, Reply::ok());
  unmatched(message);
}

void Handler::on_topic(const Entry& entry, Message message) {
  if (message.event.is("phx_join")) return rejoin(entry, std::move(message));
  // What was meant for an earlier join of this topic is nobody's any more. A null join_ref is for
  // whoever is there: so V1 clients, and as of 1.8.12 all (rules, L-06).
  if (!message.join_ref.is_null() && !(message.join_ref == entry.join_ref)) return;
  scheduler().send(entry.pid, std::move(message));
}

// --- Joining ------------------------------------------------------------------------------------

void Handler::join(Message message) {
  if (message.topic.is_object()) {
    throw serializer::DecodeError("expected a topic, got an object");
  }
  const Route* route =
      message.topic.is_string() ? find_route(user_.routes(), message.topic.text()) : nullptr;
  if (route == nullptr) {
    scheduler().log().warn(
        "a join of a topic that no channel takes was refused",
        {{"topic", message.topic.is_string() ? message.topic.text() : "(no string)"}});
    return unmatched(message);
  }
  if (channels_.size() >= user_.max_channels()) {
    limit_reached(telemetry::Limit::channels, user_.max_channels());
    return reply(message, message.join_ref,
                 Reply::error(Json::object({{"reason", "too many channels joined"}})));
  }
  start_channel(*route, std::move(message));
}

/// The channel joins in its own process, and nothing else is read meanwhile: what the client sent
/// behind its join is handled after it.
void Handler::start_channel(const Route& route, Message message) {
  Socket socket = socket_;
  for (const auto& [name, value] : route.assigns) socket.assigns[name] = value;
  const Opaque& own_join_ref = message.join_ref.is_null() ? message.ref : message.join_ref;
  SocketKeeper::join(socket, message.topic.text(), own_join_ref, self());
  const process::Pid pid = scheduler().spawn(std::make_unique<channel::Server>(
      route.factory(), std::move(socket), std::move(message.payload)));
  channel_spawned(pid);
  const Ref monitor = scheduler().monitor(self(), pid);
  scheduler().send(pid, channel::JoinRequest{monitor});
  const auto join = std::make_shared<const Message>(std::move(message));
  await(monitor, std::nullopt, [this, pid, monitor, join](std::optional<process::Message> answer) {
    join_answered({pid, monitor, join->join_ref}, *join, std::move(*answer));
  });
}

void Handler::join_answered(Entry entry, const Message& join, process::Message answer) {
  auto* joined = answer.get_if<JoinReply>();
  if (joined == nullptr) {
    return reply(join, join.join_ref, Reply::error(Json::object({{"reason", "join crashed"}})));
  }
  if (joined->status == serializer::Status::error) {
    scheduler().demonitor(entry.monitor, self(), entry.pid);
    return reply(join, join.join_ref, Reply::error(std::move(joined->response)));
  }
  topics_.emplace(entry.pid, join.topic.text());
  channels_.emplace(join.topic.text(), std::move(entry));
  reply(join, join.join_ref, Reply::ok(std::move(joined->response)));
}

/// The old channel is ended first and waited for; the client hears of it after the new join's
/// reply. Mirrors shutdown_duplicate_channel/1.
void Handler::rejoin(const Entry& entry, Message message) {
  constexpr Millis patience{5000};  // shutdown_duplicate_channel
  scheduler().log().debug("a second join of a topic ends the first",
                          {{"topic", message.topic.text()}});
  const Entry old = entry;
  scheduler().exit(old.pid, {ExitReason::shutdown, "duplicate_join"});
  const auto join = std::make_shared<Message>(std::move(message));
  await(old.monitor, patience, [this, old, join](std::optional<process::Message> down) {
    if (down) return old_channel_ended(old, std::move(*join));
    scheduler().exit(old.pid, {ExitReason::killed});
    await(old.monitor, std::nullopt, [this, old, join](std::optional<process::Message>) {
      old_channel_ended(old, std::move(*join));
    });
  });
}

void Handler::old_channel_ended(const Entry& entry, Message message) {
  const FramePtr closed = goodbye(entry, message.topic.text(), "phx_close", {});
  forget(entry.pid);
  scheduler().send(self(), channel::SocketPush{closed});
  join(std::move(message));
}

// --- The end of a channel -----------------------------------------------------------------------

void Handler::channel_down(const Down& down) {
  const auto topic = topics_.find(down.pid);
  if (topic == topics_.end()) return;
  const Entry entry = channels_.at(topic->second);
  deliver(goodbye(entry, topic->second, "phx_error", Json::object({{"reason", "channel_crash"}})));
  forget(down.pid);
}

void Handler::channel_closed(process::Pid pid) {
  const auto topic = topics_.find(pid);
  if (topic == topics_.end()) return;
  const Entry entry = channels_.at(topic->second);
  deliver(goodbye(entry, topic->second, "phx_close", {}));
  scheduler().demonitor(entry.monitor, self(), pid);
  forget(pid);
}

void Handler::forget(process::Pid pid) {
  const auto topic = topics_.find(pid);
  channels_.erase(topic->second);
  topics_.erase(topic);
}

/// phx_close and phx_error have the join's join_ref for ref, too.
FramePtr Handler::goodbye(const Entry& entry, const std::string& topic, const char* event,
                          Payload payload) const {
  const Message message{entry.join_ref, entry.join_ref, topic, event, std::move(payload)};
  return std::make_shared<const Frame>(socket_.serializer().encode(message));
}

// --- Answers ------------------------------------------------------------------------------------

void Handler::reply(const Message& to, const Opaque& join_ref, Reply reply) {
  const serializer::Reply message{join_ref, to.ref, to.topic, reply.status,
                                  std::move(reply.response)};
  deliver(std::make_shared<const Frame>(socket_.serializer().encode(message)));
}

void Handler::unmatched(const Message& message) {
  reply(message, {}, Reply::error(Json::object({{"reason", "unmatched topic"}})));
}

}  // namespace phx::socket
