#pragma once
/// \file
/// The process of one long-poll client: it lives on between the client's requests.
///
/// Frames for the client wait here until a poll takes them. Polls and posts are processes of their
/// own, on the shard that received the request. Mirrors Phoenix.Transports.LongPoll.Server.

#include <deque>
#include <memory>
#include <vector>

#include "socket/socket_process.h"
#include "transport/longpoll_places.h"
#include "transport/mount.h"

namespace phx::transport {

// From a request's process to the session.

/// Send `poll` the waiting frames, about a megabyte at most, or notify it when there are some. Only
/// the latest poll counts.
struct Flush {
  process::Pid poll;
};
/// The poll's window is over: don't notify it any more.
struct Expired {
  process::Pid poll;
};
/// A poll gives back the frames it took: its client had gone.
struct ReturnFrames {
  std::vector<serializer::FramePtr> frames;
};
/// A message from the client. Handled is sent back once it has been handled.
struct Publish {
  process::Pid publisher;
  serializer::Frame frame;
};
inline std::size_t heap_bytes(const Publish& message) { return message.frame.bytes.size(); }

// From the session to a request's process.

struct Subscribed {};
/// Answers Expired, and is sent when the session drains: no frames are on their way.
struct Released {};
struct NowAvailable {};
struct Frames {
  std::vector<serializer::FramePtr> frames;
};
struct Handled {};
/// The client went over a limit, and the session ends.
struct Refused {};

class LongpollSession final : public socket::SocketProcess {
 public:
  std::size_t held_bytes() const override { return bytes_; }
  std::size_t unsent_bytes() const override { return bytes_; }
  std::string_view kind() const override { return "long-poll"; }
  std::string network() const override { return LongpollPlaces::network_of(place_); }
  /// The session holds `place` while it lives.
  LongpollSession(const Mount& mount, Socket socket, LongpollPlaces::Place place);

 protected:
  //! [longpoll_session]
  void init() override;
  void handle(process::Message message) override;
  void deliver(serializer::FramePtr frame) override;
  /// There is no connection to close: the next poll finds the session gone. If the server stops, a
  /// held poll is released, or gets what has just come.
  void close(socket::CloseCode code) override;
  //! [longpoll_session]
  std::size_t joined_limit() const override { return max_bytes_; }

 private:
  void flush(process::Pid poll);
  /// Takes the oldest frames, as many as one answer holds.
  std::vector<serializer::FramePtr> take();
  void return_frames(const std::vector<serializer::FramePtr>& frames);
  /// Notifies the waiting poll, if any, of new frames.
  void notify_poll();
  void publish(Publish message);
  /// \throws process::Exit always.
  [[noreturn]] void overflow(telemetry::Limit limit, std::size_t most, const char* unit) const;
  void shutdown_if_inactive();

  const std::shared_ptr<const UserSocket> user_;
  const LongpollPlaces::Place place_;
  //! [longpoll_state]
  const Millis patience_;  ///< Without a poll for this long, the client has gone.
  Clock::time_point last_poll_;
  process::Pid waiting_;  ///< The poll to notify of new frames, if any.
  /// At most `max_frames_` and `max_bytes_`, plus what was given back.
  std::deque<serializer::FramePtr> frames_;
  std::size_t bytes_ = 0;  ///< Of all `frames_`.
  //! [longpoll_state]
  const std::size_t max_frames_;
  const std::size_t max_bytes_;
  std::optional<socket::RateLimit> rate_;
  std::optional<socket::ByteRate> byte_rate_;
  socket::UsedUp bytes_used_{};
  bool refused_ = false;   ///< The client went over a limit: this session ends.
  process::Pid notified_;  ///< The poll that will ask for the frames that came, if any.
};

}  // namespace phx::transport
