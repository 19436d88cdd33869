#pragma once
/// \file
/// Clients without a network: the frames for the transport are kept.

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "socket/socket_process.h"
#include "testing/test_shard.h"

namespace phx::testing {

/// A transport's output: a frame, or the order to close.
using Sent = std::variant<serializer::FramePtr, socket::CloseCode>;

/// A transport that passes on its frames, in order, in its own turn.
class FakeTransport final : public socket::SocketProcess {
 public:
  using Ear = std::function<void(Sent)>;
  using Watch = std::function<void(process::Pid channel)>;

  /// `watch` is called with each channel before its first turn.
  FakeTransport(
      const UserSocket& user, Socket socket, Ear ear, Watch watch = [](process::Pid) {})
      : SocketProcess(user, std::move(socket)), ear_(std::move(ear)), watch_(std::move(watch)) {}

 protected:
  void deliver(serializer::FramePtr frame) override { ear_(std::move(frame)); }
  void close(socket::CloseCode code) override { ear_(code); }
  void channel_spawned(process::Pid channel) override { watch_(channel); }

 private:
  const Ear ear_;
  const Watch watch_;
};

/// A client of a user socket that sends and receives frames. Neither copied nor moved.
class FakeClient {
 public:
  FakeClient(TestShard& shard, const UserSocket& user, std::string_view vsn = "2.0.0",
             std::string id = {})
      : FakeClient(shard, user, shard.context(), vsn, std::move(id)) {}
  /// A client with another context, such as an endpoint's telemetry.
  FakeClient(TestShard& shard, const UserSocket& user, const Context& seen,
             std::string_view vsn = "2.0.0", std::string id = {})
      : FakeClient(
            shard, user,
            with_id(Socket(seen, *serializer::negotiate(user.serializers(), vsn)), std::move(id))) {
  }
  /// A client as connect left its socket.
  FakeClient(TestShard& shard, const UserSocket& user, Socket socket) : shard_(shard) {
    pid_ = shard.scheduler.spawn(std::make_unique<FakeTransport>(
        user, std::move(socket), [this](const Sent& sent) { keep(sent); }));
    shard.settle();
  }
  FakeClient(const FakeClient&) = delete;
  FakeClient& operator=(const FakeClient&) = delete;

  void send(std::string text) { send({serializer::Frame::text, std::move(text)}); }
  void send(serializer::Frame frame) {
    shard_.scheduler.send(pid_, socket::FromClient{std::move(frame)});
    shard_.settle();
  }
  /// Several frames at once, before any process has a turn.
  void send_together(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      shard_.scheduler.send(pid_, socket::FromClient{{serializer::Frame::text, text}});
    }
    shard_.settle();
  }
  void hang_up() {
    shard_.scheduler.send(pid_, socket::ClientGone{});
    shard_.settle();
  }

  /// The output since the last call: frames' texts, and `close 1011` at the end.
  std::vector<std::string> heard() { return std::exchange(heard_, {}); }
  bool connected() const { return shard_.scheduler.alive(pid_); }

 private:
  static Socket with_id(Socket socket, std::string id) {
    socket.id = std::move(id);
    return socket;
  }
  void keep(const Sent& sent) {
    if (const auto* frame = std::get_if<serializer::FramePtr>(&sent)) {
      heard_.push_back((*frame)->bytes);
    } else {
      heard_.push_back("close " +
                       std::to_string(static_cast<int>(std::get<socket::CloseCode>(sent))));
    }
  }

  TestShard& shard_;
  std::vector<std::string> heard_;
  process::Pid pid_;
};

}  // namespace phx::testing
