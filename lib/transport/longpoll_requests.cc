/// Holds polls, and passes posts on.

#include "transport/longpoll_requests.h"

#include "process/scheduler.h"
#include "transport/pipeline.h"

namespace phx::transport {

using process::Down;
using process::ExitReason;
using process::Message;

namespace {

/// A window is over: the poll's, or that of the publisher's latest message.
struct WindowOver {
  std::size_t message = 0;
};

}  // namespace

void LongpollRequest::init() { monitor_ = scheduler().monitor(self(), session_); }

void LongpollRequest::terminate(const ExitReason& reason) {
  scheduler().demonitor(monitor_, self(), session_);
  if (reason.kind == ExitReason::crash) client_->respond(http::rendered_error(500));
}

void LongpollRequest::answer(http::Response response) {
  process::hop("response", response);
  client_->respond(std::move(response));
  stop();
}

void LongpollRequest::ask(Message message) { scheduler().send(session_, std::move(message)); }

// --- Poll ---------------------------------------------------------------------------------------

Poll::Poll(std::shared_ptr<http::Responder> client, process::Pid session, Millis window,
           std::string token, std::function<http::Response()> begin_session)
    : LongpollRequest(std::move(client), session, window),
      token_(std::move(token)),
      begin_session_(std::move(begin_session)) {}

void Poll::init() {
  LongpollRequest::init();
  patience_ = scheduler().send_after(window_, self(), WindowOver{});
  ask(Flush{self()});
}

void Poll::handle(Message message) {
  if (auto* frames = message.get_if<Frames>()) {
    frames_arrived(std::move(*frames));
  } else if (message.holds<Subscribed>()) {
    subscribed_ = true;
  } else if (message.holds<NowAvailable>()) {
    if (client_->gone()) return stop();  // the frames wait for the next poll
    if (expired_) return;                // and here: a release is on its way
    ask(Flush{self()});
  } else if (message.holds<WindowOver>()) {
    expired_ = true;
    if (session_ended_) return answer_empty();
    ask(Expired{self()});  // answering now could lose frames on their way from another shard
  } else if (message.holds<Released>()) {
    answer_empty();
  } else if (message.holds<Down>()) {
    session_ended();
  }
}

/// If the session never answered, it is taken for gone and a new one begins. If it ends while the
/// poll is held, the poll waits out its window, as in the framework.
void Poll::session_ended() {
  session_ended_ = true;
  if (!subscribed_) return answer(begin_session_());
  if (expired_) answer_empty();
}

void Poll::answer_empty() { answer(with_messages(204, token_, {})); }

void Poll::terminate(const ExitReason& reason) {
  scheduler().cancel(patience_);
  LongpollRequest::terminate(reason);
}

void Poll::frames_arrived(Frames frames) {
  if (client_->gone()) {
    ask(ReturnFrames{std::move(frames.frames)});
    return stop();
  }
  answer(with_messages(200, token_, frames.frames));
}

// --- Publisher ----------------------------------------------------------------------------------

Publisher::Publisher(std::shared_ptr<http::Responder> client, process::Pid session, Millis window,
                     Messages messages)
    : LongpollRequest(std::move(client), session, window), messages_(std::move(messages)) {}

void Publisher::init() {
  LongpollRequest::init();
  next();
}

void Publisher::next() {
  scheduler().cancel(patience_);
  if (sent_ == messages_.size()) return answer(status_only(200));
  std::optional<serializer::Frame>& message = messages_[sent_++];
  if (!message) return answer(http::rendered_error(500));
  process::hop("frame", message->bytes);
  ask(Publish{self(), std::move(*message)});
  patience_ = scheduler().send_after(window_, self(), WindowOver{sent_});
}

void Publisher::terminate(const ExitReason& reason) {
  scheduler().cancel(patience_);
  LongpollRequest::terminate(reason);
}

void Publisher::handle(Message message) {
  if (message.holds<Handled>()) {
    next();
  } else if (const auto* over = message.get_if<WindowOver>()) {
    if (over->message == sent_) answer(status_only(408));
  } else if (message.holds<Refused>()) {
    answer(status_only(410));
  } else if (const auto* down = message.get_if<Down>()) {
    // noproc: the session had already ended. If it ends over this message, the window answers.
    if (down->reason.kind == ExitReason::noproc) answer(status_only(410));
  }
}

}  // namespace phx::transport
