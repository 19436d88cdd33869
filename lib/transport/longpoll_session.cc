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

LongpollSession::LongpollSession(std::shared_ptr<const UserSocket> user, Socket socket,
                                 Millis window, std::shared_ptr<const void> place)
    : Handler(*user, std::move(socket)),
      user_(std::move(user)),
      place_(std::move(place)),
      patience_(window * 3 / 2) {}  // LongPoll.Server: 1.5 windows

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
  } else if (auto* publish = message.get_if<Publish>()) {
    const process::Pid publisher = publish->publisher;
    Handler::handle(socket::FromClient{std::move(publish->frame)});
    scheduler().send(self(), WhenHandled{publisher});
  } else if (const auto* handled = message.get_if<WhenHandled>()) {
    scheduler().send(handled->publisher, Handled{});
  } else if (message.holds<LookWhetherInactive>()) {
    end_if_inactive();
  } else {
    Handler::handle(std::move(message));
  }
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
  constexpr std::size_t most = 10'000;  // as many as a mailbox holds
  if (frames_.size() >= most) {
    throw process::Exit{
        {process::ExitReason::crash,
         "a long-poll client does not poll: more than " + std::to_string(most) + " frames wait"}};
  }
  frames_.push_back(std::move(frame));
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
