/// One message of a channel's: your own.
///
/// These five are members of channel::ChannelProcess (channel/channel_process.h), the process
/// around a user's channel. Its other half, channel_process.cc, joins, and calls from_client() and
/// intercepted() when there is mail. README.md beside this file says in which order to write them.
/// What helps, and is there: channel_ (the user's object), socket_, call_handle_in() (calls the
/// user's handle_in, and measures), stop() and offload() of every process, send_frame() of
/// channel/fastlane.h.

#include "channel/channel_process.h"
#include "process/scheduler.h"

#include "chapters/not_written.h"

namespace phx::channel {

using exercise::not_written;  // goes with the last part that you write

/// A message from the client.
///
/// - First of all its ref is noted in the socket (SocketAccess::set_ref), whatever it is: replies,
///   also late ones, are made with it.
/// - An event that is no string throws std::runtime_error: the channel crashes.
/// - `phx_leave` is answered ok, then the transport is sent a SocketClose, then the channel stops,
/// with
///   {shutdown, "left"}. The user's handle_in hears nothing of it.
/// - Any other event goes to the user: on a worker where channel_->blocking(event, payload) says
/// that
///   it may take long, else here and now; and act_on gets what it returned, and may reply.
void ChannelProcess::from_client(serializer::SocketMessage&& message) {
  // Yours: ChannelProcess::from_client
  not_written("ChannelProcess::from_client", message);
}

/// Handles the message on a worker thread: offload(work, then) runs the first function there, and,
/// when it has returned, the second here. Until then this process sees no mail. Both must be
/// copyable, and a message is not: keep it, and the result, behind a std::shared_ptr.
void ChannelProcess::from_client_on_worker(serializer::SocketMessage message) {
  // Yours: ChannelProcess::from_client_on_worker
  not_written("ChannelProcess::from_client_on_worker", message);
}

/// A broadcast that the channel wanted to see first: its handle_out is called, with a copy of the
/// payload, and act_on gets what it returned. Nobody waits for a reply.
void ChannelProcess::intercepted(const serializer::Broadcast& broadcast) {
  // Yours: ChannelProcess::intercepted
  not_written("ChannelProcess::intercepted", broadcast);
}

/// Does what a callback returned:
///
/// - NoReply: nothing.
/// - Reply: sent. Where nobody may be replied to, std::logic_error.
/// - Stop: its reply first, if it has one; then, where the reason is graceful(), a SocketClose to
/// the
///   transport, so that the client hears phx_close and not phx_error; then stop with that reason.
void ChannelProcess::act_on(Result&& result, bool may_reply) {
  // Yours: ChannelProcess::act_on
  not_written("ChannelProcess::act_on", result, may_reply);
}

/// Answers the event whose ref was noted: a serializer::SocketReply of the channel's join_ref (not
/// the message's), the noted ref, the topic, and what the handler gave, encoded by the socket's
/// serializer; send_frame() brings the frame to the transport.
void ChannelProcess::send_reply(Reply&& reply) {
  // Yours: ChannelProcess::send_reply
  not_written("ChannelProcess::send_reply", reply);
}

}  // namespace phx::channel
