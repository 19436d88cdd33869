/// The socket process's joins: your own.
///
/// These five are members of SocketProcess (socket/socket_process.h), whose other half,
/// socket_process.cc, calls join() and rejoin(). README.md beside this file says in which order to
/// write them. What helps, and is there: find_route, reply(), unmatched(), goodbye(),
/// limit_reached(), channels_ (by topic), id_ and assigns_ (the connection's), user_ (the
/// application's).

#include "process/scheduler.h"
#include "socket/socket_process.h"

#include "chapters/not_written.h"

namespace phx::socket {

using channel::JoinReply;
using exercise::not_written;  // goes with the last part that you write
using process::ExitReason;
using process::Ref;
using serializer::FramePtr;
using serializer::SocketMessage;

/// A join of a topic that is not joined. In this order:
///
/// - [1] A topic that is an object ends the connection: throw serializer::DecodeError.
/// - [2] A topic that is no string is answered by unmatched(message). [3] So is one that no route
///   of the user's takes.
/// - Where as many channels are joined as user_.max_channels(): [4] limit_reached(…channels, that
///   many). [5] Then an error reply, with the message's join_ref: {"reason": "too many channels
///   joined"}. [6] No channel is started.
/// - [7] Else start_channel, with the route that find_route finds.
void SocketProcess::join(SocketMessage message) {
  // Yours: SocketProcess::join
  not_written("SocketProcess::join", message);
}

/// Spawns a channel's process and waits for its answer. The channel gets a Socket of its own, made
/// of context_ and serializer_:
///
/// - [8] It has the connection's id. [9] It has the connection's assigns. [10] It has the route's
///   assigns. [11] Where a name stands in both, the route's assign wins.
/// - [12] SocketAccess::join tells it the topic. [13] And its join_ref: the message's. [14] Where
///   that is null, its join_ref is the message's ref. [15] And self() for a transport.
///
/// The process is a channel::ChannelProcess:
///
/// - [16] It gets a channel of the route's factory, that socket, and the join's payload.
/// - [17] After it is spawned: channel_spawned(pid). [18] Then it is monitored. [19] Then it is
///   sent a channel::JoinRequest with the monitor's Ref.
///
/// [20] Then this process awaits that Ref: until an answer is here it sees no other mail. [21] It
/// waits for as long as the join takes (std::nullopt). [22] The answer goes to join_answered, with
/// an Entry of the pid, the monitor and the message's own join_ref, which may be null.
void SocketProcess::start_channel(const Route& route, SocketMessage message) {
  // Yours: SocketProcess::start_channel
  not_written("SocketProcess::start_channel", route, message);
}

/// The channel has answered, or has ended: then `answer` is no JoinReply, but a Down.
///
/// - Ended: [23] an error reply, {"reason": "join crashed"}.
/// - Refused (status error): [24] an error reply with the channel's response. [25] Stop monitoring,
///   or its end would come as a Down. [26] No entry is left of it.
/// - Let in: [27] the entry goes into channels_. [28] An ok reply with the channel's response.
///
/// [29] Each reply has the join's own join_ref.
void SocketProcess::join_answered(Entry entry, const SocketMessage& join, process::Message answer) {
  // Yours: SocketProcess::join_answered
  not_written("SocketProcess::join_answered", entry, join, answer);
}

/// A join of a topic that is joined already:
///
/// - [30] The old channel is told to exit. [31] The reason is {shutdown, "duplicate_join"}.
/// - [32] It is awaited by its monitor (std::nullopt: it has gone after its next turn, and no test
///   can see how long you would wait). [33] Then old_channel_ended.
///
/// `entry` is a reference into channels_: copy it before anything changes there.
void SocketProcess::rejoin(const Entry& entry, SocketMessage message) {
  // Yours: SocketProcess::rejoin
  not_written("SocketProcess::rejoin", entry, message);
}

/// - [34] Makes the old channel's phx_close (goodbye, with an empty payload).
/// - [35] Takes the old channel out of channels_.
/// - [36] Sends the frame to this very process as a channel::SocketPush, and joins: so the client
///   hears of the close after the new join's reply, as the mail waits while the join is awaited.
void SocketProcess::old_channel_ended(const Entry& entry, SocketMessage message) {
  // Yours: SocketProcess::old_channel_ended
  not_written("SocketProcess::old_channel_ended", entry, message);
}

}  // namespace phx::socket
