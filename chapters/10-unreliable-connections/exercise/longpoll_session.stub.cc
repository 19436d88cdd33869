/// The process behind a client that asks again and again: your own.
///
/// longpoll_session.h beside the real file has the class, and the messages between a session and
/// the requests' processes. README.md beside this file says in which order to write the parts.

#include "transport/longpoll_session.h"

#include "chapters/not_written.h"
#include "process/scheduler.h"

namespace phx::transport {
namespace {

using exercise::not_written;  // goes with the last part that you write

/// Bytes of the frames in one answer, unless the first alone is larger. More would hold up the
/// shard that writes it, and whoever is told 200 asks again at once.
constexpr std::size_t answer_size = 1'000'000;

/// The session sends this to itself when it may have been forgotten by its client.
struct ShutdownIfInactive {};

/// The session sends this to itself behind a message that was published: when it comes back, that
/// message has been handled, and a join that it began is through.
struct NotifyHandled {
  process::Pid publisher;
};

}  // namespace

LongpollSession::LongpollSession(const Mount& mount, Socket socket, LongpollPlaces::Place place)
    : SocketProcess(*mount.socket, std::move(socket)),
      user_(mount.socket),
      place_(std::move(place)),
      patience_(mount.longpoll->window * 3 / 2),  // LongPoll.Server: 1.5 windows
      max_frames_(mount.longpoll->max_waiting_frames),
      max_bytes_(mount.longpoll->max_waiting_bytes) {
  if (mount.message_rate) rate_.emplace(*mount.message_rate);
}

void LongpollSession::init() {
  SocketProcess::init();
  last_poll_ = scheduler().now();
  scheduler().send_after(patience_, self(), ShutdownIfInactive{});
}

/// One message:
///
/// - Flush: flush(its poll).
/// - Expired: that poll does not wait any more (another that does goes on waiting), and is answered
///   Released.
/// - ReturnFrames: return_frames(its frames).
/// - Publish: publish(…).
/// - NotifyHandled: its publisher is sent Handled.
/// - ShutdownIfInactive: shutdown_if_inactive().
/// - all else is SocketProcess::handle's.
void LongpollSession::handle(process::Message message) {
  // Yours: LongpollSession::handle
  not_written("LongpollSession::handle", message);
}

/// A message of the client's. Where there is a rate_ and it does not take one more at this time:
/// limit_reached(message_rate, messages per second), Refused to the publisher, and stop with
/// {shutdown, "too many messages a second"}. Else SocketProcess::handle gets a socket::FromClient
/// of the frame, and the session sends NotifyHandled to itself.
void LongpollSession::publish(Publish message) {
  // Yours: LongpollSession::publish
  not_written("LongpollSession::publish", message);
}

/// A poll has come: the client lives, so note the time. Where frames wait, the poll is sent what
/// take() gives, and nobody waits any more. Where none do, this poll, and no earlier one, is to be
/// told when there is something, and is sent Subscribed.
void LongpollSession::flush(process::Pid poll) {
  // Yours: LongpollSession::flush
  not_written("LongpollSession::flush", poll);
}

/// The first frames of frames_, in order, as many as fit into answer_size: at least one. They wait
/// no more, and bytes_ knows it.
std::vector<serializer::FramePtr> LongpollSession::take() {
  // Yours: LongpollSession::take
  not_written("LongpollSession::take", answer_size, bytes_);
}

/// These frames wait again, before all others, in their order: notify_poll().
void LongpollSession::return_frames(const std::vector<serializer::FramePtr>& frames) {
  // Yours: LongpollSession::return_frames
  not_written("LongpollSession::return_frames", frames);
}

/// A frame for the client. It waits in frames_, and bytes_ knows it: notify_poll(). Where
/// max_frames_ wait already, overflow(longpoll_frames, that many, "frames"). Where more than
/// max_bytes_ would wait, overflow(longpoll_bytes, that many, "bytes").
void LongpollSession::deliver(serializer::FramePtr frame) {
  // Yours: LongpollSession::deliver
  not_written("LongpollSession::deliver", frame);
}

/// A poll that waits is sent NowAvailable, once.
void LongpollSession::notify_poll() {
  // Yours: LongpollSession::notify_poll
  not_written("LongpollSession::notify_poll", NowAvailable{});
}

/// limit_reached(…), and throw process::Exit with a crash that says what happened.
void LongpollSession::overflow(telemetry::Limit limit, std::size_t most, const char* unit) const {
  // Yours: LongpollSession::overflow
  not_written("LongpollSession::overflow", limit, most, unit);
}

/// There is no connection to close. But where the server stops (service_restart) a poll that waits
/// is sent Released, once, so that it is answered.
void LongpollSession::close(socket::CloseCode code) {
  // Yours: LongpollSession::close
  not_written("LongpollSession::close", code);
}

/// Where the last poll lies further back than patience_, stop with {shutdown, "inactive"}. Else
/// look again after patience_.
void LongpollSession::shutdown_if_inactive() {
  // Yours: LongpollSession::shutdown_if_inactive
  not_written("LongpollSession::shutdown_if_inactive", ShutdownIfInactive{}, NotifyHandled{});
}

}  // namespace phx::transport
