/// Passes a message to a channel's callback, and acts on the result.

#include "channel/channel_process.h"
#include "process/scheduler.h"

namespace phx::channel {

//! [from_client]
void ChannelProcess::from_client(serializer::SocketMessage&& message) {
  process::hop("message", message);
  SocketAccess::set_ref(socket_, std::move(message.ref));
  if (!message.event.is_string()) {
    // Does not quote it: a log might show it, unfiltered.
    throw std::runtime_error("expected an event's name to be a string, got another JSON value");
  }
  if (message.event.text() == "phx_leave") return leave();
  if (!takes_long(message.payload) && !channel_->blocking(message.event.text(), message.payload)) {
    return act_on(call_handle_in(std::move(message)), true);
  }
  from_client_on_worker(std::move(message));
}
//! [from_client]

void ChannelProcess::leave() {
  const bool reply_first = !channel_->closes_before_reply();
  if (reply_first) send_reply(Reply::ok());
  scheduler().send(socket_.transport(), SocketClose{self()});
  if (!reply_first) send_reply(Reply::ok());
  stop({ExitReason::shutdown, "left"});
}

//! [from_client_on_worker]
void ChannelProcess::from_client_on_worker(serializer::SocketMessage message) {
  const auto mail = std::make_shared<serializer::SocketMessage>(std::move(message));
  if (channel_->always_in_turn()) {
    return offload([mail] { mail->payload.json(); },
                   [this, mail] { act_on(call_handle_in(std::move(*mail)), true); });
  }
  const auto result = std::make_shared<Result>();
  offload([this, mail, result] { *result = call_handle_in(std::move(*mail)); },
          [this, result] { act_on(std::move(*result), true); });
}
//! [from_client_on_worker]

//! [intercepted]
void ChannelProcess::intercepted(const serializer::Broadcast& broadcast) {
  process::hop("broadcast", broadcast);
  process::hop_into(*channel_, "handle_out", broadcast.payload);
  act_on(channel_->handle_out(broadcast.event, broadcast.payload, socket_), false);
}
//! [intercepted]

// --- What a callback returned -------------------------------------------------------------------

void ChannelProcess::act_on(Result&& result, bool may_reply) {
  auto* reply = std::get_if<Reply>(&result);
  auto* end = std::get_if<Stop>(&result);
  if (!may_reply && (reply != nullptr || (end != nullptr && end->reply))) {
    throw std::logic_error("expected NoReply, or Stop without a reply: only handle_in can reply");
  }
  if (reply != nullptr) send_reply(std::move(*reply));
  if (end == nullptr) return;
  if (end->reply) send_reply(std::move(*end->reply));
  if (end->reason.graceful()) scheduler().send(socket_.transport(), SocketClose{self()});
  stop(std::move(end->reason));
}

void ChannelProcess::send_reply(Reply&& reply) {
  const serializer::SocketReply message{socket_.join_ref(), SocketAccess::ref(socket_),
                                        socket_.topic(), reply.status, std::move(reply.response)};
  process::hop("reply", message);
  send_frame(scheduler(), socket_.transport(), socket_.serializer(), message);
}

}  // namespace phx::channel
