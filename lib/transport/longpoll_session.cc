/// Keeps frames, gives them to polls, and ends.

#include "transport/longpoll_session.h"

#include "process/scheduler.h"

namespace phx::transport {
namespace {

/// Bytes of frames in one answer, unless the first alone is larger. More would hold up the shard
/// that writes it, and a client answered 200 polls again at once.
constexpr std::size_t answer_size = 1'000'000;

struct ShutdownIfInactive {};

/// Goes through the session's own mailbox, so it arrives after a join in progress.
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

void LongpollSession::handle(process::Message message) {
  process::hop("mail");
  if (const auto* poll = message.get_if<Flush>()) {
    notified_ = {};
    flush(poll->poll);
  } else if (const auto* expired = message.get_if<Expired>()) {
    if (waiting_ == expired->poll) waiting_ = {};
    if (notified_ == expired->poll) notified_ = {};
    scheduler().send(expired->poll, Released{});
  } else if (const auto* back = message.get_if<ReturnFrames>()) {
    return_frames(back->frames);
  } else if (auto* publish = message.get_if<Publish>()) {
    this->publish(std::move(*publish));
  } else if (const auto* handled = message.get_if<NotifyHandled>()) {
    scheduler().send(handled->publisher, Handled{});
  } else if (message.holds<ShutdownIfInactive>()) {
    shutdown_if_inactive();
  } else {
    SocketProcess::handle(std::move(message));
  }
}

/// A client over its rate gets the same answer as after its session has ended.
void LongpollSession::publish(Publish message) {
  const std::size_t bytes = message.frame.bytes.size();
  if (byte_rate_ && socket::take(*byte_rate_, bytes_used_, bytes, scheduler().now()) > Millis{0}) {
    limit_reached(telemetry::Limit::byte_rate, byte_rate_->per_second);
    scheduler().send(message.publisher, Refused{});
    return stop({process::ExitReason::shutdown, "too many bytes a second"});
  }
  if (rate_ && !rate_->take(scheduler().now())) {
    limit_reached(telemetry::Limit::message_rate, rate_->rate().per_second);
    scheduler().send(message.publisher, Refused{});
    return stop({process::ExitReason::shutdown, "too many messages a second"});
  }
  SocketProcess::handle(socket::FromClient{std::move(message.frame)});
  if (refused_) return scheduler().send(message.publisher, Refused{});
  scheduler().send(self(), NotifyHandled{message.publisher});
}

void LongpollSession::flush(process::Pid poll) {
  last_poll_ = scheduler().now();
  if (frames_.empty()) {
    waiting_ = poll;
    scheduler().send(poll, Subscribed{});
    return;
  }
  waiting_ = {};
  scheduler().send(poll, Frames{take()});
}

std::vector<serializer::FramePtr> LongpollSession::take() {
  std::vector<serializer::FramePtr> taken;
  std::size_t size = 0;
  while (!frames_.empty() &&
         (taken.empty() || size + frames_.front()->bytes.size() <= answer_size)) {
    size += frames_.front()->bytes.size();
    taken.push_back(std::move(frames_.front()));
    frames_.pop_front();
  }
  bytes_ -= size;
  return taken;
}

void LongpollSession::return_frames(const std::vector<serializer::FramePtr>& frames) {
  for (const serializer::FramePtr& frame : frames) bytes_ += frame->bytes.size();
  frames_.insert(frames_.begin(), frames.begin(), frames.end());
  notify_poll();
}

void LongpollSession::deliver(serializer::FramePtr frame) {
  using telemetry::Limit;
  if (frames_.size() >= max_frames_) overflow(Limit::longpoll_frames, max_frames_, "frames");
  if (bytes_ + frame->bytes.size() > max_bytes_) {
    overflow(Limit::longpoll_bytes, max_bytes_, "bytes");
  }
  process::hop("frame", frame->bytes);
  bytes_ += frame->bytes.size();
  frames_.push_back(std::move(frame));
  notify_poll();
}

void LongpollSession::notify_poll() {
  if (waiting_) notified_ = waiting_;
  if (waiting_) scheduler().send(std::exchange(waiting_, {}), NowAvailable{});
}

void LongpollSession::overflow(telemetry::Limit limit, std::size_t most, const char* unit) const {
  limit_reached(limit, most);
  throw process::Exit{{process::ExitReason::crash, "a long-poll client does not poll: more than " +
                                                       std::to_string(most) + " " + unit +
                                                       " wait"}};
}

/// A poll that was notified has asked for frames by now, or will: nobody is here to answer then.
void LongpollSession::close(socket::CloseCode code) {
  if (code == socket::CloseCode::policy_violation) refused_ = true;
  if (code == socket::CloseCode::service_restart && notified_) {
    scheduler().send(std::exchange(notified_, {}), Frames{take()});
  }
  if (code != socket::CloseCode::service_restart || !waiting_) return;
  scheduler().send(std::exchange(waiting_, {}), Released{});
}

void LongpollSession::shutdown_if_inactive() {
  if (scheduler().now() - last_poll_ > patience_) {
    return stop({process::ExitReason::shutdown, "inactive"});
  }
  scheduler().send_after(patience_, self(), ShutdownIfInactive{});
}

}  // namespace phx::transport
