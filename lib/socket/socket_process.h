#pragma once
/// \file
/// Turns client frames into channel messages: each connection is one such process.
///
/// It keeps the map from topic to channel, answers joins, leaves and heartbeats, and passes frames
/// on to the transport, which subclasses it. Mirrors Phoenix.Socket's __in__/2 and __info__/2.

#include <boost/container/flat_map.hpp>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/short_text.h"
#include "base/short_vector.h"
#include "channel/channel_process.h"
#include "socket/close_code.h"
#include "socket/user_socket.h"
#include "telemetry/limits.h"

namespace phx::socket {

/// A frame has come from the client.
struct FromClient {
  serializer::Frame frame;
};
inline std::size_t heap_bytes(const FromClient& message) { return message.frame.bytes.size(); }
/// Frames for the client that arrived during a join, in one message.
struct Held {
  std::vector<serializer::FramePtr> frames;
};
/// The client is gone, or has closed the connection.
struct ClientGone {};
/// The server is about to end: mirrors `:socket_drain`.
struct Drain {};
class SocketProcess : public process::Process {
 public:
  /// `socket` is as connect left it; `user` outlives the process.
  SocketProcess(const UserSocket& user, Socket socket);

  std::string name() const override { return id_.empty() ? "socket" : id_.str(); }
  std::string_view kind() const override { return "socket"; }
  /// Its channels.
  std::vector<process::Pid> children() const override {
    std::vector<process::Pid> pids;
    for (const auto& [topic, entry] : channels_) pids.push_back(entry.pid);
    return pids;
  }
  /// The user's id, if it has one.
  LogSubject::Metadata log_metadata() const override;
  /// Many channels make frames faster than their sockets could send them in ordinary turns.
  bool urgent() const override { return true; }
  process::Pid client() const override { return self(); }
  const UserSocket& user() const { return user_; }

 protected:
  /// Sends a finished frame to the client, in order.
  virtual void deliver(serializer::FramePtr frame) = 0;
  /// No frame comes after this.
  virtual void close(CloseCode code) = 0;
  /// Sends telemetry, and logs a line.
  void limit_reached(telemetry::Limit limit, std::size_t allowed) const;
  /// Called when a channel's process was made and has not had a turn yet: it can be monitored from
  /// its start.
  virtual void channel_spawned(process::Pid) {}

  void init() override;
  void handle(process::Message message) override;
  void take_in_turn(process::Offer handed) override;
  void terminate(const process::ExitReason& reason) override;
  /// During a join, frames for the client wait for its reply, and count by their bytes, as frames
  /// that wait to be written. Once the client is gone, nothing is waited for.
  Meanwhile meanwhile(process::Message& message, process::Mailbox& waiting) override;

 private:
  using Opaque = serializer::Opaque;

  /// A topic that is joined, or being left.
  struct Entry {
    process::Pid pid;
    process::Ref monitor;
    Opaque join_ref;
  };

  /// A vector, because most clients join a few topics and a hash table takes more memory.
  using Channels = boost::container::flat_map<ShortText, Entry, std::less<>,
                                              ShortVector<std::pair<ShortText, Entry>>>;

  void read(serializer::Frame&& frame);
  void from_client(serializer::SocketMessage&& message);
  void name_too_long(std::size_t limit);
  void on_topic(const Entry& entry, serializer::SocketMessage&& message);
  void not_joined(serializer::SocketMessage message);
  void join(serializer::SocketMessage message);
  void start_channel(const Route& route, serializer::SocketMessage message);
  void join_answered(Entry entry, const serializer::SocketMessage& join, process::Message answer);
  void rejoin(const Entry& entry, serializer::SocketMessage message);
  void old_channel_ended(const Entry& entry, serializer::SocketMessage message);
  void channel_down(const process::Down& down);
  void channel_closed(process::Pid pid);
  Channels::iterator channel_of(process::Pid pid);

  void reply(const serializer::SocketMessage& to, const Opaque& join_ref, Reply reply);
  void unmatched(const serializer::SocketMessage& message);
  serializer::FramePtr goodbye(const Entry& entry, std::string_view topic, const char* event,
                               Payload payload) const;

  const UserSocket& user_;
  // The connection's part of the socket: the fields of a topic and its channel would be empty here.
  const SharedText id_;
  const Assigns assigns_;
  const Context& context_;
  const serializer::Serializer& serializer_;
  Channels channels_;  // at most user_.max_channels()
  std::unique_ptr<pubsub::Subscription> disconnects_;
  std::optional<CloseCode> broken_;  ///< Set if a frame broke the websocket protocol itself.
};

}  // namespace phx::socket
