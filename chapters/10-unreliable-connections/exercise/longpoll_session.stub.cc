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
  byte_rate_ = mount.byte_rate;
}

void LongpollSession::init() {
  SocketProcess::init();
  last_poll_ = scheduler().now();
  scheduler().send_after(patience_, self(), ShutdownIfInactive{});
}

/// One message:
///
/// - [1] Flush: flush(its poll).
/// - [2] Expired: that poll does not wait any more. [3] Another poll that does goes on waiting.
///   [4] The expired one is answered Released.
/// - [5] ReturnFrames: return_frames(its frames).
/// - [6] Publish: publish(…).
/// - [7] NotifyHandled: its publisher is sent Handled.
/// - [8] ShutdownIfInactive: shutdown_if_inactive().
/// - [9] All else is SocketProcess::handle's.
void LongpollSession::handle(process::Message message) {
  // Yours: LongpollSession::handle
  not_written("LongpollSession::handle", message);
}

/// A message of the client's. Two limits stand before it, and either may be absent:
///
/// - [10] Where `byte_rate_` is set, and socket::take(*byte_rate_, bytes_used_, BYTES, NOW) gives a
///   wait of more than 0 for the frame's bytes: limit_reached(byte_rate, its per_second).
///   [11] Refused to the publisher. [12] Stop with {shutdown, "too many bytes a second"}.
/// - [13] Where `rate_` is set, and its take(NOW) does not allow one more: limit_reached(
///   message_rate, its rate().per_second). [14] Refused to the publisher. [15] Stop with {shutdown,
///   "too many messages a second"}.
///
/// [16] Else SocketProcess::handle gets a socket::FromClient of the frame. [17] Where it has called
/// close with policy_violation meanwhile, the publisher is sent Refused, and nothing else.
/// [18] Else the session sends NotifyHandled to itself: so the publisher hears of it when a join
/// that the message began is through, and not before.
void LongpollSession::publish(Publish message) {
  // Yours: LongpollSession::publish
  not_written("LongpollSession::publish", message, byte_rate_, bytes_used_, refused_);
}

/// [19] A poll has come, so the client lives: the time is noted, for shutdown_if_inactive.
/// [20] Where frames wait, the poll is sent what take() gives. [21] Where none do, this poll, and
/// no earlier one, is to be notified when there is something. [22] Then it is sent Subscribed.
void LongpollSession::flush(process::Pid poll) {
  // Yours: LongpollSession::flush
  not_written("LongpollSession::flush", poll);
}

/// [23] The first frames of frames_, in order, as many as fit into answer_size. [24] At least one,
/// however large it is. [25] They wait no more. [26] `bytes_` knows that they are gone.
std::vector<serializer::FramePtr> LongpollSession::take() {
  // Yours: LongpollSession::take
  not_written("LongpollSession::take", answer_size, bytes_);
}

/// [27] These frames wait again, before all others, in their order. [28] `bytes_` knows it. [29] A
/// poll that waits is notified: notify_poll().
void LongpollSession::return_frames(const std::vector<serializer::FramePtr>& frames) {
  // Yours: LongpollSession::return_frames
  not_written("LongpollSession::return_frames", frames);
}

/// [30] A frame for the client waits behind the others in frames_. [31] `bytes_` knows it. [32] A
/// poll that waits is notified: notify_poll().
///
/// Before all that, the limits:
///
/// - [33] Where max_frames_ wait already: overflow(longpoll_frames, that many, "frames").
/// - [34] Where more than max_bytes_ would wait: overflow(longpoll_bytes, that many, "bytes").
void LongpollSession::deliver(serializer::FramePtr frame) {
  // Yours: LongpollSession::deliver
  not_written("LongpollSession::deliver", frame);
}

/// [35] A poll that waits is sent NowAvailable. [36] It is sent it once: then it waits no more.
void LongpollSession::notify_poll() {
  // Yours: LongpollSession::notify_poll
  not_written("LongpollSession::notify_poll", NowAvailable{});
}

/// [37] limit_reached(…). [38] Then it throws process::Exit with a crash whose detail says how many
/// of which unit wait.
void LongpollSession::overflow(telemetry::Limit limit, std::size_t most, const char* unit) const {
  // Yours: LongpollSession::overflow
  not_written("LongpollSession::overflow", limit, most, unit);
}

/// There is no connection to close, so:
///
/// - [39] policy_violation is noted in `refused_`, for publish.
/// - [40] Where the server stops (service_restart), a poll that waits is sent Released, so that it
///   is answered.
/// - [41] By any other code no poll is released.
/// - [42] Where the server stops, a poll that was sent NowAvailable and has not asked since, which
///   is `notified_`, is sent what take() gives: nobody is here to answer it later.
void LongpollSession::close(socket::CloseCode code) {
  // Yours: LongpollSession::close
  not_written("LongpollSession::close", code);
}

/// [43] Where the last poll lies further back than patience_, stop with {shutdown, "inactive"}.
/// [44] Else look again after patience_.
void LongpollSession::shutdown_if_inactive() {
  // Yours: LongpollSession::shutdown_if_inactive
  not_written("LongpollSession::shutdown_if_inactive", ShutdownIfInactive{}, NotifyHandled{});
}

}  // namespace phx::transport
