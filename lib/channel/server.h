#pragma once
/// \file
/// The process around a user's channel: joins, handles one message at a time, replies, ends.
///
/// It talks to the transport process that spawned it: JoinReply once, SocketPush for each frame,
/// SocketClose before a graceful end. Mirrors Phoenix.Channel.Server.

#include <memory>

#include "channel/channel.h"
#include "channel/fastlane.h"

namespace phx::channel {

/// The answer to a join, tagged with the Ref by which the transport monitors the channel.
struct JoinReply {
  serializer::Status status;
  Payload response;
};

/// The channel is about to end gracefully: tell the client phx_close, not phx_error.
struct SocketClose {
  process::Pid channel;
};

/// The first message: join now, and answer under this Ref.
struct JoinRequest {
  process::Ref ref;
};

/// Lets somebody look at the socket, in the channel's own turn: for tests, and for those who search
/// for a fault. Mirrors :sys.get_state/1.
struct Inspect {
  std::function<void(const Socket&)> look;
};

/// Makes the user's channel object; one a joined client.
using Factory = std::function<std::unique_ptr<Channel>()>;

class Server final : public process::Process {
 public:
  /// `socket` is this channel's own copy, already told its topic, join_ref and transport.
  Server(std::unique_ptr<Channel> channel, Socket socket, Payload params);
  ~Server() override;

  std::string name() const override { return "channel " + socket_.topic(); }
  /// The topic, and the user's id if it has one.
  LogSubject::Metadata log_metadata() const override;
  process::Pid client() const override { return socket_.transport(); }

 protected:
  void init() override;
  /// JoinRequest, serializer::Message from the client, a Broadcast on this topic, Down of the
  /// transport, Inspect, or the user's: also each other event that pubsub brings.
  void handle(process::Message message) override;
  void terminate(const ExitReason& reason) override;
  /// Also where a worker still runs its handler: a dead channel hears no broadcast.
  void buried() override { subscription_.reset(); }
  /// Once the client is gone, what it sent and nobody has begun to handle is dropped: a handler
  /// that blocks would keep it for long, and the next one again.
  Meanwhile meanwhile(process::Message& message, process::Message* last) override;

 private:
  void join();
  JoinResult call_join();
  void joined(JoinResult result);
  void let_in(Joined in);
  void answer_once_heard(process::Ref heard, Payload response);
  void turn_away(Refused refused);
  void answer_join(serializer::Status status, Payload response);

  void from_client(serializer::Message&& message);
  Result call_handle_in(serializer::Message&& message);
  void on_a_worker(serializer::Message message);
  void intercepted(const serializer::Broadcast& broadcast);
  void intercepted_on_a_worker(process::Message message);
  /// A payload of JSON that may take milliseconds to read: its handler runs on a worker thread, as
  /// if it blocked.
  static bool takes_long(const Payload& payload) {
    constexpr std::size_t worth_a_worker = 65'536;
    return !payload.is_binary() && payload.view().size() > worth_a_worker;
  }
  void transport_down(const ExitReason& reason);

  void act_on(Result&& result, bool may_reply);
  void send_reply(Reply&& reply);

  Socket socket_;
  std::unique_ptr<Channel> channel_;
  std::unique_ptr<Payload> params_;  ///< Until the channel has them, at its join.
  bool join_returned_ = false;       ///< Only then has the channel a last callback.
  process::Ref join_request_{};
  process::Ref transport_monitor_{};
  std::unique_ptr<pubsub::Subscription> subscription_;
};

}  // namespace phx::channel
