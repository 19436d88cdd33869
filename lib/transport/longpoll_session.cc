/// What a session keeps, gives, and when it gives up.

#include "transport/longpoll_session.h"

#include "process/scheduler.h"

namespace phx::transport {
namespace {

struct LookWhetherInactive {};

/// Comes back through the session's own mailbox, and so behind a join that is under way.
struct WhenHandled {
  process::Pid publisher;
};

}  // namespace

LongpollSession::LongpollSession(const Mount& mount, Socket socket,
                                 std::shared_ptr<const void> place)
    : Handler(*mount.socket, std::move(socket)),
      user_(mount.socket),
      place_(std::move(place)),
      patience_(mount.longpoll->window * 3 / 2),  // LongPoll.Server: 1.5 windows
      most_frames_(mount.longpoll->max_waiting_frames) {
  if (mount.message_rate) rate_.emplace(*mount.message_rate);
}

void LongpollSession::init() {
  Handler::init();
  last_poll_ = scheduler().now();
  scheduler().send_after(patience_, self(), LookWhetherInactive{});
}

void LongpollSession::handle(process::Message message) {
  if (const auto* poll = message.get_if<Flush>()) {
    flush(poll->poll);
  } else if (const auto* expired = message.get_if<Expired>()) {
    if (waiting_ == expired->poll) waiting_ = {};
    scheduler().send(expired->poll, Forgotten{});
  } else if (auto* back = message.get_if<GiveBack>()) {
    frames_.insert(frames_.begin(), back->frames.begin(), back->frames.end());
    tell_poll();
  } else if (auto* publish = message.get_if<Publish>()) {
    this->publish(std::move(*publish));
  } else if (const auto* handled = message.get_if<WhenHandled>()) {
    scheduler().send(handled->publisher, Handled{});
  } else if (message.holds<LookWhetherInactive>()) {
    end_if_inactive();
  } else {
    Handler::handle(std::move(message));
  }
}

/// Who sends too fast finds his session gone, as he finds one that has ended.
void LongpollSession::publish(Publish message) {
  if (rate_ && !rate_->take(scheduler().now())) {
    limit_reached(telemetry::Limit::message_rate, rate_->rate().per_second);
    scheduler().send(message.publisher, Refused{});
    return stop({process::ExitReason::shutdown, "too many messages a second"});
  }
  Handler::handle(socket::FromClient{std::move(message.frame)});
  scheduler().send(self(), WhenHandled{message.publisher});
}

void LongpollSession::flush(process::Pid poll) {
  last_poll_ = scheduler().now();
  if (frames_.empty()) {
    waiting_ = poll;
    scheduler().send(poll, Subscribed{});
    return;
  }
  waiting_ = {};
  Frames taken{{frames_.begin(), frames_.end()}};
  frames_.clear();
  scheduler().send(poll, std::move(taken));
}

void LongpollSession::deliver(serializer::FramePtr frame) {
  if (frames_.size() >= most_frames_) {
    limit_reached(telemetry::Limit::longpoll_frames, most_frames_);
    throw process::Exit{
        {process::ExitReason::crash, "a long-poll client does not poll: more than " +
                                         std::to_string(most_frames_) + " frames wait"}};
  }
  frames_.push_back(std::move(frame));
  tell_poll();
}

void LongpollSession::tell_poll() {
  if (waiting_) scheduler().send(std::exchange(waiting_, {}), NowAvailable{});
}

void LongpollSession::close(socket::CloseCode code) {
  if (code != socket::CloseCode::service_restart || !waiting_) return;
  scheduler().send(std::exchange(waiting_, {}), Forgotten{});
}

void LongpollSession::end_if_inactive() {
  if (scheduler().now() - last_poll_ > patience_) {
    return stop({process::ExitReason::shutdown, "inactive"});
  }
  scheduler().send_after(patience_, self(), LookWhetherInactive{});
}

}  // namespace phx::transport
