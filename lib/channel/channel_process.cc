/// One channel's life: a join, messages in order, and an end of which the client is notified.

#include "channel/channel_process.h"

#include "channel/events.h"
#include "process/scheduler.h"

namespace phx::channel {

using process::Down;
using process::Message;

ChannelProcess::ChannelProcess(std::unique_ptr<Channel> channel, Socket socket, Payload params)
    : socket_(std::move(socket)),
      channel_(std::move(channel)),
      joining_(std::make_unique<Joining>(Joining{std::move(params)})) {}

/// The user's destructor still logs under the channel's topic.
ChannelProcess::~ChannelProcess() {
  const LogScope about(*this);
  channel_.reset();
}

LogSubject::Metadata ChannelProcess::log_metadata() const {
  LogSubject::Metadata metadata{{"topic", socket_.topic()}};
  if (!socket_.id.empty()) metadata.emplace_back("user", socket_.id);
  return metadata;
}

void ChannelProcess::init() {
  SocketAccess::set_channel(socket_, self());
  transport_monitor_ = scheduler().monitor(self(), socket_.transport());
}

// --- Joining ------------------------------------------------------------------------------------

//! [join]
void ChannelProcess::join() {
  const Payload& params = joining_->params;
  process::hop("join", params);
  const auto result = std::make_shared<JoinResult>();
  const auto call = [this, result] { *result = call_join(); };
  const auto then = [this, result] { joined(std::move(*result)); };
  if (takes_long(params) && channel_->always_in_turn()) {
    offload([this] { joining_->params.json(); },
            [call, then] {
              call();
              then();
            });
  } else if (takes_long(params) || channel_->blocking("phx_join", params)) {
    offload(call, then);
  } else {
    call();
    then();
  }
}
//! [join]

/// If no handler is attached, nothing is measured or copied.
JoinResult ChannelProcess::call_join() {
  const telemetry::Telemetry& telemetry = *socket_.context().telemetry;
  Payload given = std::move(joining_->params);
  process::hop_into(*channel_, "join", given);
  if (!telemetry.attached<ChannelJoined>()) {
    return channel_->join(socket_.topic(), std::move(given), socket_);
  }
  const Payload params = given;
  const telemetry::Span span(true);
  JoinResult result = channel_->join(socket_.topic(), std::move(given), socket_);
  const auto status =
      std::holds_alternative<Joined>(result) ? serializer::Status::ok : serializer::Status::error;
  telemetry.execute(ChannelJoined{span.duration(), params, status, socket_, channel_->log_join()});
  return result;
}

void ChannelProcess::joined(JoinResult result) {
  const process::Ref request = std::exchange(joining_, nullptr)->request;
  if (auto* in = std::get_if<Joined>(&result)) {
    accept_join(std::move(*in), request);
  } else {
    refuse_join(std::move(std::get<Refused>(result)), request);
  }
}

//! [accept_join]
void ChannelProcess::accept_join(Joined in, process::Ref request) {
  subscription_ = socket_.context().pubsub->subscribe(
      socket_.topic(), self(),
      std::make_shared<Fastlane>(socket_.transport(), socket_.serializer(),
                                 channel_->intercepts()));
  const auto heard = socket_.context().pubsub->when_subscribed(socket_.topic(), self());
  if (heard) return reply_once_subscribed(*heard, std::move(in.response), request);
  answer_join(request, serializer::Status::ok, std::move(in.response));
}

void ChannelProcess::refuse_join(Refused refused, process::Ref request) {
  answer_join(request, serializer::Status::error, std::move(refused.reason));
  stop({ExitReason::shutdown});
}
//! [accept_join]

/// After a join's reply the client must get every broadcast of every node, so the reply waits until
/// other nodes' broadcasts arrive here.
void ChannelProcess::reply_once_subscribed(process::Ref heard, Payload response,
                                           process::Ref request) {
  static constexpr Millis patience{5'000};  // half of phoenix.js's timeout for a join
  const auto answer = std::make_shared<Payload>(std::move(response));
  await(heard, patience, [this, answer, request](std::optional<Message> confirmed) {
    if (!confirmed) {
      scheduler().log().warn("a join was answered before other nodes' broadcasts arrive here",
                             {{"waited_ms", std::to_string(patience.count())}});
    }
    answer_join(request, serializer::Status::ok, std::move(*answer));
  });
}

void ChannelProcess::answer_join(process::Ref request, serializer::Status status,
                                 Payload response) {
  process::hop("reply", response);
  scheduler().send(socket_.transport(), Message(JoinReply{status, std::move(response)}, request));
}

// --- Messages -----------------------------------------------------------------------------------

void ChannelProcess::handle(Message message) {
  if (auto* in = message.get_if<serializer::SocketMessage>()) {
    from_client(std::move(*in));
  } else if (const auto* event = pubsub::event_in<serializer::Broadcast>(message);
             event != nullptr && event->topic == socket_.topic()) {
    takes_long(event->payload) ? intercepted_on_worker(std::move(message)) : intercepted(*event);
  } else if (auto* down = message.get_if<Down>(); down && down->ref == transport_monitor_) {
    transport_down(down->reason);
  } else if (auto* request = message.get_if<JoinRequest>()) {
    joining_->request = request->ref;
    join();
  } else if (const auto* inspect = message.get_if<Inspect>()) {
    inspect->look(socket_);
  } else if (message.holds<pubsub::Subscribed>()) {
    // The join was already answered.
  } else {
    process::hop_into(*channel_, "handle_info", {});
    act_on(channel_->handle_info(std::move(message), socket_), false);
  }
}

ChannelProcess::Meanwhile ChannelProcess::meanwhile(Message& message, process::Mailbox&) {
  const bool gone = message.holds<Down>() && message.tag() == transport_monitor_;
  return gone ? Meanwhile::end_of_rest : Meanwhile::queue;
}

/// Keeps the event, and copies it only in the turn: a room may have many members.
void ChannelProcess::intercepted_on_worker(Message message) {
  const auto mail = std::make_shared<Message>(std::move(message));
  const auto result = std::make_shared<Result>();
  const auto call = [this, mail, result] {
    const auto& broadcast = *pubsub::event_in<serializer::Broadcast>(*mail);
    process::hop_into(*channel_, "handle_out", broadcast.payload);
    *result = channel_->handle_out(broadcast.event, broadcast.payload, socket_);
  };
  offload(call, [this, result] { act_on(std::move(*result), false); });
}

Result ChannelProcess::call_handle_in(serializer::SocketMessage&& message) {
  const telemetry::Telemetry& telemetry = *socket_.context().telemetry;
  const std::string_view event = message.event.text();
  std::optional<Payload> params;  // the handler gets a copy
  if (telemetry.attached<ChannelHandledIn>()) params = message.payload;
  process::hop_into(*channel_, "handle_in", message.payload);
  const telemetry::Span span(params || telemetry.attached<HandleInTimed>());
  Result result = channel_->handle_in(event, std::move(message.payload), socket_);
  if (!span) return result;
  const telemetry::Duration took = span.duration();
  telemetry.execute(HandleInTimed{took, socket_});
  if (params) {
    telemetry.execute(
        ChannelHandledIn{took, std::string(event), *params, socket_, channel_->log_handle_in()});
  }
  return result;
}

void ChannelProcess::transport_down(const ExitReason& reason) {
  stop(reason.kind == ExitReason::normal ? ExitReason{ExitReason::shutdown, "closed"} : reason);
}

/// Not after a join that threw: in Phoenix the channel has no socket by then.
void ChannelProcess::terminate(const ExitReason& reason) {
  if (!joining_) channel_->terminate(reason, socket_);
}

}  // namespace phx::channel
