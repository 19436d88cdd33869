#pragma once
/// \file
/// Turns client frames into channel messages: the process that one connection is.
///
/// It keeps the map from topic to channel, answers joins, leaves and heartbeats, and passes frames
/// on to whoever carries them: a transport subclasses it and says how. Mirrors Phoenix.Socket's
/// __in__/2 and __info__/2.

#include <boost/container/flat_map.hpp>
#include <memory>
#include <vector>

#include "channel/server.h"
#include "socket/close_code.h"
#include "socket/user_socket.h"
#include "telemetry/limits.h"

namespace phx::socket {

/// A frame has come from the client.
struct FromClient {
  serializer::Frame frame;
};
inline std::size_t heap_bytes(const FromClient& message) { return message.frame.bytes.size(); }
/// Frames for the client that came while a join was awaited, in one message.
struct Held {
  std::vector<serializer::FramePtr> frames;
};
/// The client is gone, or has said goodbye.
struct ClientGone {};
/// The server is about to end: mirrors `:socket_drain`.
struct Drain {};
class Handler : public process::Process {
 public:
  /// `socket` as connect left it; `user` outlives the process.
  Handler(const UserSocket& user, Socket socket);

  std::string name() const override { return id_.empty() ? "socket" : id_.str(); }
  /// The user's id, if it has one.
  LogSubject::Metadata log_metadata() const override;
  /// A room of channels makes frames faster than their sockets would carry them away in turn.
  bool urgent() const override { return true; }
  process::Pid client() const override { return self(); }
  const UserSocket& user() const { return user_; }

 protected:
  /// A finished frame for the client, in order.
  virtual void deliver(serializer::FramePtr frame) = 0;
  /// No frame comes after this.
  virtual void close(CloseCode code) = 0;
  /// Tells, and writes a line of it.
  void limit_reached(telemetry::Limit limit, std::size_t allowed) const;
  /// A channel's process was made and has not had a turn: now it can be monitored from its birth.
  virtual void channel_spawned(process::Pid) {}

  void init() override;
  void handle(process::Message message) override;
  void terminate(const process::ExitReason& reason) override;
  /// While a join is awaited, frames for the client wait for its reply, and count as those do that
  /// wait to be written: by their bytes. Once the client is gone, nothing is worth waiting for.
  Meanwhile meanwhile(process::Message& message, process::Message* last) override;

 private:
  using Opaque = serializer::Opaque;

  /// One joined topic, or one that is on its way out.
  struct Entry {
    process::Pid pid;
    process::Ref monitor;
    Opaque join_ref;
  };

  /// By topic, side by side: most clients join a few, and a table of buckets takes more than they.
  using Channels = boost::container::flat_map<std::string, Entry>;

  void from_client(serializer::Message&& message);
  void name_too_long(std::size_t limit);
  void on_topic(const Entry& entry, serializer::Message&& message);
  void not_joined(serializer::Message message);
  void join(serializer::Message message);
  void start_channel(const Route& route, serializer::Message message);
  void join_answered(Entry entry, const serializer::Message& join, process::Message answer);
  void rejoin(const Entry& entry, serializer::Message message);
  void old_channel_ended(const Entry& entry, serializer::Message message);
  void channel_down(const process::Down& down);
  void channel_closed(process::Pid pid);
  Channels::iterator channel_of(process::Pid pid);

  void reply(const serializer::Message& to, const Opaque& join_ref, Reply reply);
  void unmatched(const serializer::Message& message);
  serializer::FramePtr goodbye(const Entry& entry, const std::string& topic, const char* event,
                               Payload payload) const;

  const UserSocket& user_;
  // What connect left of the socket: what names a topic and its channel would be empty here.
  const SharedText id_;
  const Assigns assigns_;
  const Context context_;
  const serializer::Serializer& serializer_;
  Channels channels_;  // at most user_.max_channels()
  std::unique_ptr<pubsub::Subscription> disconnects_;
  std::optional<CloseCode> broken_;  ///< Set where a frame broke the websocket itself.
};

}  // namespace phx::socket
