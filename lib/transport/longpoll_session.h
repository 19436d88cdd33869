#pragma once
/// \file
/// A connection without a connection: the process behind a client that asks again and again.
///
/// Frames for the client wait here until a poll takes them. Polls and publishes are processes of
/// their own, on whatever shard their request came to. Mirrors Phoenix.Transports.LongPoll.Server.

#include <deque>
#include <memory>
#include <vector>

#include "socket/handler.h"
#include "transport/mount.h"

namespace phx::transport {

// From a request's process to the session.

/// Give what waits to `poll`, about a megabyte of it, or tell it when there is something. The
/// latest poll counts.
struct Flush {
  process::Pid poll;
};
/// The poll ends without an answer from here.
struct Expired {
  process::Pid poll;
};
/// A poll whose client had gone gives back what it took.
struct GiveBack {
  std::vector<serializer::FramePtr> frames;
};
/// A message from the client; Handled comes back when it has been handled.
struct Publish {
  process::Pid publisher;
  serializer::Frame frame;
};
inline std::size_t heap_bytes(const Publish& message) { return message.frame.bytes.size(); }

// From the session to a request's process.

struct Subscribed {};
/// The answer to Expired, and the last word of a session that is drained: no frames are on their
/// way.
struct Forgotten {};
struct NowAvailable {};
struct Frames {
  std::vector<serializer::FramePtr> frames;
};
struct Handled {};
/// The session ends over a message that came too soon.
struct Refused {};

//! [longpoll_session]
class LongpollSession final : public socket::Handler {
 public:
  /// `place` is kept as long as the session lives.
  LongpollSession(const Mount& mount, Socket socket, std::shared_ptr<const void> place);

 protected:
  void init() override;
  void handle(process::Message message) override;
  void deliver(serializer::FramePtr frame) override;
  /// There is no connection to close, and the next poll finds nobody; but a server that stops lets
  /// the poll that is held go.
  void close(socket::CloseCode code) override;

 private:
  void flush(process::Pid poll);
  /// The first of what waits, as much as one answer holds.
  std::vector<serializer::FramePtr> take();
  void give_back(const std::vector<serializer::FramePtr>& frames);
  /// There is something for the poll that waits, if one does.
  void tell_poll();
  void publish(Publish message);
  /// \throws process::Exit always.
  [[noreturn]] void too_much(telemetry::Limit limit, std::size_t most, const char* unit) const;
  void end_if_inactive();

  const std::shared_ptr<const UserSocket> user_;
  const std::shared_ptr<const void> place_;
  const Millis patience_;  ///< Without a poll for so long the client is taken to be gone.
  Clock::time_point last_poll_;
  process::Pid waiting_;  ///< The poll to tell of new frames, if any.
  /// At most `max_frames_` and `max_bytes_`, and what was given back.
  std::deque<serializer::FramePtr> frames_;
  std::size_t bytes_ = 0;  ///< Of all `frames_`.
  const std::size_t max_frames_;
  const std::size_t max_bytes_;
  std::optional<socket::RateLimit> rate_;
};
//! [longpoll_session]

}  // namespace phx::transport
