#pragma once
/// \file
/// The processes of one poll and one post: each asks the session, then answers its client.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/responder.h"
#include "transport/longpoll_session.h"

namespace phx::transport {

/// `{"status":n}`
http::Response status_only(int status);
/// `{"messages":[…],"status":n,"token":"…"}`. \throws EncodeError if a frame is not valid UTF-8,
/// which a JSON string can't hold, here or in Phoenix.
http::Response with_messages(int status, const std::string& token,
                             const std::vector<serializer::FramePtr>& frames);

/// Stands between a waiting client and its session: asks the session, and answers the client.
class LongpollRequest : public process::Process {
 public:
  std::string name() const override { return "long-poll request"; }

 protected:
  LongpollRequest(std::shared_ptr<http::Responder> client, process::Pid session, Millis window)
      : client_(std::move(client)), session_(session), window_(window) {}

  void init() override;
  /// Answers 500 after a crash, as the framework does after an exception.
  void terminate(const process::ExitReason& reason) override;
  /// Sends the one answer, then ends the process.
  void answer(http::Response response);
  void ask(process::Message message);

  const std::shared_ptr<http::Responder> client_;
  const process::Pid session_;
  const Millis window_;

 private:
  process::Ref monitor_{};
};

/// Holds a GET until there are frames, or until the window is over.
class Poll final : public LongpollRequest {
 public:
  /// `begin_session` makes the answer if the session has ended: it begins a new one.
  Poll(std::shared_ptr<http::Responder> client, process::Pid session, Millis window,
       std::string token, std::function<http::Response()> begin_session);

 protected:
  void init() override;
  void handle(process::Message message) override;

  void terminate(const process::ExitReason& reason) override;

 private:
  void frames_arrived(Frames frames);
  void answer_empty();
  void session_ended();

  const std::string token_;
  const std::function<http::Response()> begin_session_;
  process::Ref patience_{};
  bool subscribed_ = false;
  bool session_ended_ = false;  ///< The session has ended.
  bool expired_ = false;        ///< The window is over.
};

/// Passes a POST's messages on, one at a time.
class Publisher final : public LongpollRequest {
 public:
  using Messages = std::vector<std::optional<serializer::Frame>>;
  Publisher(std::shared_ptr<http::Responder> client, process::Pid session, Millis window,
            Messages messages);

 protected:
  void init() override;
  void handle(process::Message message) override;
  void terminate(const process::ExitReason& reason) override;

 private:
  void next();

  Messages messages_;
  std::size_t sent_ = 0;
  process::Ref patience_{};
};

}  // namespace phx::transport
