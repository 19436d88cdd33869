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
/// - a topic that is an object throws serializer::DecodeError, which ends the connection;
/// - one that is no string, or that no route of the user's takes: unmatched(message);
/// - where as many channels are joined as user_.max_channels(): limit_reached(…channels, that
///   many), and an error reply, with the message's join_ref, {"reason": "too many channels
///   joined"};
/// - else start_channel.
void SocketProcess::join(SocketMessage message) {
  // Yours: SocketProcess::join
  not_written("SocketProcess::join", message);
}

/// Spawns a channel's process and waits for its answer.
///
/// - The channel gets a Socket of its own, made of context_ and serializer_, with the connection's
///   id and assigns. Where a name stands in both, the route's assign wins.
///   SocketAccess::join tells it the topic, its join_ref (the message's; the message's ref
///   where that is null), and self() for a transport.
/// - The process is a channel::ChannelProcess, of the route's factory's channel, that socket and
///   the join's payload. After it is spawned: channel_spawned(pid), then it is monitored, then it
///   is sent a channel::JoinRequest with the monitor's Ref.
/// - Then this process awaits that Ref, for as long as it takes (std::nullopt): until an answer is
///   here it sees no other mail. The answer goes to join_answered, with an Entry of the pid, the
///   monitor and the message's own join_ref, which may be null.
void SocketProcess::start_channel(const Route& route, SocketMessage message) {
  // Yours: SocketProcess::start_channel
  not_written("SocketProcess::start_channel", route, message);
}

/// The channel has answered, or has ended: then `answer` is no JoinReply, but a Down.
///
/// - Ended: an error reply, {"reason": "join crashed"}.
/// - Refused (status error): stop monitoring, or its end would be told as a crash; and an error
///   reply with the channel's response.
/// - Let in: the entry goes into channels_, and an ok reply with the channel's response.
///
/// Each reply has the join's own join_ref.
void SocketProcess::join_answered(Entry entry, const SocketMessage& join, process::Message answer) {
  // Yours: SocketProcess::join_answered
  not_written("SocketProcess::join_answered", entry, join, answer);
}

/// A join of a topic that is joined already. The old channel is told to exit with
/// {shutdown, "duplicate_join"} and awaited by its monitor, for five seconds; where it is still
/// there it is killed ({killed}), and awaited for as long as it takes. Then old_channel_ended.
///
/// `entry` is a reference into channels_: copy it before anything changes there.
void SocketProcess::rejoin(const Entry& entry, SocketMessage message) {
  // Yours: SocketProcess::rejoin
  not_written("SocketProcess::rejoin", entry, message);
}

/// Makes the old channel's phx_close (goodbye, with an empty payload), takes the old channel out of
/// channels_, sends the frame to this very process as a channel::SocketPush, and joins. So the
/// client hears of the close after the new join's reply: the mail waits while the join is awaited.
void SocketProcess::old_channel_ended(const Entry& entry, SocketMessage message) {
  // Yours: SocketProcess::old_channel_ended
  not_written("SocketProcess::old_channel_ended", entry, message);
}

}  // namespace phx::socket
