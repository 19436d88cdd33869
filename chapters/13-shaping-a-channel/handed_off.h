#pragma once
/// \file
/// Gives slow work to a process of its own, which answers the client itself. Chapter 13.

#include "phoenix.h"

namespace shaping {

//! [errand]
/// One piece of work: done on a worker thread, answered to the client that asked, and gone.
class Errand final : public phx::Process {
 public:
  using Work = std::function<phx::Json()>;  ///< May take its time; may throw.

  Errand(phx::SocketRef to, Work work) : to_(std::move(to)), work_(std::move(work)) {}
  std::string name() const override { return "errand"; }

 protected:
  void init() override {
    offload([this] { result_ = work_(); },
            [this] {
              phx::reply(scheduler(), to_, phx::Reply::ok(result_));
              answered_ = true;
              stop();
            });
  }
  void handle(phx::Message) override {}
  void terminate(const phx::ExitReason&) override {
    if (answered_) return;
    const phx::Json why = phx::Json::object({{"reason", "it could not be done"}});
    phx::reply(scheduler(), to_, phx::Reply::error(why));
  }

 private:
  const phx::SocketRef to_;
  const Work work_;
  phx::Json result_;
  bool answered_ = false;
};
//! [errand]

/// `reports:*`: a report takes seconds, and the channel has better things to do.
class Reports final : public phx::Channel {
 public:
  explicit Reports(Errand::Work work) : work_(std::move(work)) {}

  phx::JoinResult join(std::string_view, phx::Payload, phx::Socket&) override {
    return phx::Joined{};
  }

  //! [reports]
  phx::Result handle_in(std::string_view event, phx::Payload, phx::Socket& socket) override {
    if (event == "ping") return phx::Reply::ok();
    if (event != "report") return unhandled(event);
    socket.context().scheduler->spawn(std::make_unique<Errand>(socket.socket_ref(), work_));
    return phx::NoReply{};
  }
  //! [reports]

 private:
  const Errand::Work work_;
};

}  // namespace shaping
