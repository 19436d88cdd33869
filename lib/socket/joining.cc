/// The socket process's joins: starts a channel and waits for it; a second join ends the first
/// channel.

#include "process/scheduler.h"
#include "socket/socket_process.h"

namespace phx::socket {

using channel::JoinReply;
using process::ExitReason;
using process::Ref;
using serializer::FramePtr;
using serializer::SocketMessage;

void SocketProcess::join(SocketMessage message) {
  if (message.topic.is_object()) {
    throw serializer::DecodeError("expected a topic, got an object");
  }
  const Route* route =
      message.topic.is_string() ? find_route(user_.routes(), message.topic.text()) : nullptr;
  if (route == nullptr) {
    scheduler().log().warn(
        "a join of a topic without a channel was refused",
        {{"topic", message.topic.is_string() ? std::string(message.topic.text()) : "(no string)"}});
    return unmatched(message);
  }
  if (channels_.size() >= user_.max_channels()) {
    limit_reached(telemetry::Limit::channels, user_.max_channels());
    return reply(message, message.join_ref,
                 Reply::error(Json::object({{"reason", "too many channels joined"}})));
  }
  start_channel(*route, std::move(message));
}

//! [start_channel]
/// The channel joins in its own process, and nothing else is read until it has: what the client
/// sent after its join is handled after it.
void SocketProcess::start_channel(const Route& route, SocketMessage message) {
  process::hop("join", message);
  Socket socket(context_, serializer_);
  socket.id = id_;
  socket.assigns = assigns_;
  for (const auto& [name, value] : route.assigns) socket.assigns[name] = value;
  const Opaque& own_join_ref = message.join_ref.is_null() ? message.ref : message.join_ref;
  SocketAccess::join(socket, message.topic.text(), own_join_ref, self());
  const process::Pid pid = scheduler().spawn(std::make_unique<channel::ChannelProcess>(
      route.factory(), std::move(socket), std::move(message.payload)));
  channel_spawned(pid);
  const Ref monitor = scheduler().monitor(self(), pid);
  scheduler().send(pid, channel::JoinRequest{monitor});
  const auto join = std::make_shared<const SocketMessage>(std::move(message));
  await(monitor, std::nullopt, [this, pid, monitor, join](std::optional<process::Message> answer) {
    join_answered({pid, monitor, join->join_ref}, *join, std::move(*answer));
  });
}
//! [start_channel]

//! [join_answered]
void SocketProcess::join_answered(Entry entry, const SocketMessage& join, process::Message answer) {
  auto* joined = answer.get_if<JoinReply>();
  if (joined == nullptr) {
    return reply(join, join.join_ref, Reply::error(Json::object({{"reason", "join crashed"}})));
  }
  if (joined->status == serializer::Status::error) {
    scheduler().demonitor(entry.monitor, self(), entry.pid);
    return reply(join, join.join_ref, Reply::error(std::move(joined->response)));
  }
  channels_.emplace(join.topic.text(), std::move(entry));
  reply(join, join.join_ref, Reply::ok(std::move(joined->response)));
}
//! [join_answered]

/// Ends the old channel first and waits for it; the client is notified after the new join's reply.
/// Mirrors shutdown_duplicate_channel/1, which also kills after five seconds, as a channel there
/// may trap exits. Here none does, so it is gone after its next turn.
void SocketProcess::rejoin(const Entry& entry, SocketMessage message) {
  scheduler().log().debug("a second join of a topic ends the first",
                          {{"topic", std::string(message.topic.text())}});
  const Entry old = entry;
  scheduler().exit(old.pid, {ExitReason::shutdown, "duplicate_join"});
  const auto join = std::make_shared<SocketMessage>(std::move(message));
  await(old.monitor, std::nullopt, [this, old, join](std::optional<process::Message>) {
    old_channel_ended(old, std::move(*join));
  });
}

void SocketProcess::old_channel_ended(const Entry& entry, SocketMessage message) {
  const FramePtr closed = goodbye(entry, message.topic.text(), "phx_close", {});
  channels_.erase(message.topic.text());
  scheduler().send(self(), channel::SocketPush{closed});
  join(std::move(message));
}

}  // namespace phx::socket
