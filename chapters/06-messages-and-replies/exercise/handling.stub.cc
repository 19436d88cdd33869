/// One message of a channel's: your own.
///
/// These five are members of channel::ChannelProcess (channel/channel_process.h), the process
/// around a user's channel. Its other half, channel_process.cc, joins, and calls from_client() and
/// intercepted() when there is mail. README.md beside this file says in which order to write them.
/// What helps, and is there: channel_ (the user's object), socket_, call_handle_in() (calls the
/// user's handle_in, and measures), takes_long() (whether a payload is so large that reading it
/// belongs on a worker), stop() and offload() of every process, send_frame() of channel/fastlane.h.

#include "channel/channel_process.h"
#include "process/scheduler.h"

#include "chapters/not_written.h"

namespace phx::channel {

using exercise::not_written;  // goes with the last part that you write

/// A message from the client.
///
/// - [1] First of all its ref is noted in the socket (SocketAccess::set_ref), whatever it is:
///   replies are made with it.
/// - [2] An event that is no string throws std::runtime_error: the channel crashes. [3] The
///   sentence is `expected an event's name to be a string, got another JSON value`: it does not
///   quote it, as a log might show it unfiltered.
/// - `phx_leave`: [4] it is answered ok. [5] Then the transport is sent a SocketClose. [6] Then the
///   channel stops, with {shutdown, "left"}. [7] The user's handle_in hears nothing of it.
/// - Any other event goes to the user: [8] On a worker where channel_->blocking(event, payload)
///   says that it may take long. [9] On a worker where the payload takes_long(). [10] Else here and
///   now: act_on gets what call_handle_in() returned, and may reply.
///
/// Live pages ask for two exceptions (closes_before_reply() and always_in_turn() in channel.h),
/// which the house's file makes. Yours need not: no test of this exercise has a live page.
void ChannelProcess::from_client(serializer::SocketMessage&& message) {
  // Yours: ChannelProcess::from_client
  not_written("ChannelProcess::from_client", message);
}

/// Handles the message on a worker thread: offload(work, then) runs the first function there, and,
/// when it has returned, the second here. Until then this process sees no mail. Both must be
/// copyable, and a message is not: keep it, and the result, behind a std::shared_ptr.
///
/// [11] call_handle_in() runs there. [12] act_on gets what it returned, here, and may reply.
void ChannelProcess::from_client_on_worker(serializer::SocketMessage message) {
  // Yours: ChannelProcess::from_client_on_worker
  not_written("ChannelProcess::from_client_on_worker", message);
}

/// A broadcast that the channel wanted to see first: [13] Its handle_out is called, with the event
/// and a copy of the payload. [14] act_on gets what it returned. [15] It may not reply: nobody
/// waits for one.
void ChannelProcess::intercepted(const serializer::Broadcast& broadcast) {
  // Yours: ChannelProcess::intercepted
  not_written("ChannelProcess::intercepted", broadcast);
}

/// Does what a callback returned:
///
/// - [16] NoReply: nothing.
/// - [17] Reply: it is sent. [18] Where it may not reply, std::logic_error instead, and also for a
///   Stop that has a reply: the channel crashes.
/// - Stop: [19] its reply first, if it has one. [20] Then, where the reason is graceful(), a
///   SocketClose to the transport, so that the client hears phx_close. [21] Where it is not, none,
///   so that it hears phx_error. [22] Then stop, with that reason.
void ChannelProcess::act_on(Result&& result, bool may_reply) {
  // Yours: ChannelProcess::act_on
  not_written("ChannelProcess::act_on", result, may_reply);
}

/// Answers the event whose ref was noted, with a serializer::SocketReply:
///
/// - [23] It has the channel's join_ref, not the message's. [24] It has the noted ref. [25] It has
///   the topic. [26] It has the status and the response that the handler gave.
/// - [27] The socket's serializer encodes it. [28] send_frame() brings the frame to the transport.
void ChannelProcess::send_reply(Reply&& reply) {
  // Yours: ChannelProcess::send_reply
  not_written("ChannelProcess::send_reply", reply);
}

}  // namespace phx::channel
