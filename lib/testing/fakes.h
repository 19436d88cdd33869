#pragma once
/// \file
/// The house without a server: a scheduler whose clock the test turns, and clients made of strings.

#include <map>
#include <string>
#include <vector>

#include "socket/handler.h"

namespace phx::testing {

/// A shard's scheduler and pubsub, and a clock that only the test moves.
class TestHouse {
 public:
  explicit TestHouse(process::Limits limits = {}, const Log& log = Log::silent())
      : scheduler(0, log, limits) {}
  ~TestHouse() { scheduler.clear(); }

  /// Until nobody has anything to do.
  void settle() {
    while (scheduler.run(now_)) {
    }
  }
  /// Lets time go by, and what was due happen.
  void pass(Millis time) {
    now_ += time;
    settle();
  }
  House house() { return {&scheduler, &pubsub, &telemetry}; }

  telemetry::Telemetry telemetry;
  process::Scheduler scheduler;
  pubsub::PubSub pubsub{scheduler};

 private:
  Clock::time_point now_ = scheduler.now();
};

/// A client of a user socket, by way of a transport that keeps what it is given.
class FakeClient {
 public:
  FakeClient(TestHouse& house, const UserSocket& user, std::string_view vsn = "2.0.0",
             std::string id = {})
      : house_(house) {
    Socket socket(house.house(), *serializer::negotiate(user.serializers(), vsn));
    socket.id = std::move(id);
    pid_ = house.scheduler.spawn(std::make_unique<Transport>(user, std::move(socket), heard_));
    house.settle();
  }

  void send(std::string text) { send({serializer::Frame::text, std::move(text)}); }
  void send(serializer::Frame frame) {
    house_.scheduler.send(pid_, socket::FromClient{std::move(frame)});
    house_.settle();
  }
  /// Several frames in one go, before anybody has a turn.
  void send_together(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      house_.scheduler.send(pid_, socket::FromClient{{serializer::Frame::text, text}});
    }
    house_.settle();
  }
  void hang_up() {
    house_.scheduler.send(pid_, socket::ClientGone{});
    house_.settle();
  }

  /// What has come since the last call: frames' texts, and `close 1011` at the end.
  std::vector<std::string> heard() { return std::exchange(heard_, {}); }
  bool connected() const { return house_.scheduler.alive(pid_); }

 private:
  class Transport final : public socket::Handler {
   public:
    Transport(const UserSocket& user, Socket socket, std::vector<std::string>& heard)
        : Handler(user, std::move(socket)), heard_(heard) {}

   protected:
    void deliver(serializer::FramePtr frame) override { heard_.push_back(frame->bytes); }
    void close(socket::CloseCode code) override {
      heard_.push_back("close " + std::to_string(static_cast<int>(code)));
    }

   private:
    std::vector<std::string>& heard_;
  };

  TestHouse& house_;
  std::vector<std::string> heard_;
  process::Pid pid_;
};

}  // namespace phx::testing
