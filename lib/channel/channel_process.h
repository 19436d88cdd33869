#pragma once
/// \file
/// The process around a user's channel: joins, handles one message at a time, replies, ends.
///
/// It talks to the transport process that spawned it: JoinReply once, SocketPush for each frame,
/// SocketClose before a graceful end. Mirrors Phoenix.Channel.Server.

#include <functional>
#include <memory>

#include "channel/channel.h"
#include "channel/fastlane.h"

namespace phx::channel {

/// The answer to a join, tagged with the Ref by which the transport monitors the channel.
struct JoinReply {
  serializer::Status status;
  Payload response;
};

/// The channel is about to end gracefully: send the client phx_close, not phx_error.
struct SocketClose {
  process::Pid channel;
};

/// The first message: join now, and tag the answer with this Ref.
struct JoinRequest {
  process::Ref ref;
};

/// Calls a function with the socket in the channel's own turn: for tests and debugging. Mirrors
/// :sys.get_state/1.
struct Inspect {
  std::function<void(const Socket&)> look;
};

class ChannelProcess final : public process::Process {
 public:
  /// `socket` is this channel's own copy, with its topic, join_ref and transport set.
  ChannelProcess(std::unique_ptr<Channel> channel, Socket socket, Payload params);
  ~ChannelProcess() override;

  std::string name() const override { return "channel " + socket_.topic(); }
  std::string_view kind() const override { return "channel"; }
  std::string_view topic() const override { return socket_.topic(); }
  /// The topic, and the user's id if it has one.
  LogSubject::Metadata log_metadata() const override;
  process::Pid client() const override { return socket_.transport(); }

 protected:
  void init() override;
  /// JoinRequest, serializer::SocketMessage from the client, a Broadcast on this topic, Down of the
  /// transport, Inspect, or the user's own, which includes other events from pubsub.
  void handle(process::Message message) override;
  void terminate(const ExitReason& reason) override;
  /// Also called while a worker still runs its handler: a dead channel gets no broadcast.
  void buried() override { subscription_.reset(); }
  /// When the client is gone, its unhandled messages are dropped: otherwise each blocking handler
  /// would keep them longer.
  Meanwhile meanwhile(process::Message& message, process::Mailbox& waiting) override;

 private:
  void join();
  JoinResult call_join();
  void joined(JoinResult result);
  void accept_join(Joined in, process::Ref request);
  void reply_once_subscribed(process::Ref heard, Payload response, process::Ref request);
  void refuse_join(Refused refused, process::Ref request);
  void answer_join(process::Ref request, serializer::Status status, Payload response);

  void from_client(serializer::SocketMessage&& message);
  void leave();
  Result call_handle_in(serializer::SocketMessage&& message);
  void from_client_on_worker(serializer::SocketMessage message);
  void intercepted(const serializer::Broadcast& broadcast);
  void intercepted_on_worker(process::Message message);
  /// A JSON payload that may take milliseconds to parse: its handler runs on a worker thread, as if
  /// it blocked.
  static bool takes_long(const Payload& payload) {
    constexpr std::size_t worth_a_worker = 65'536;
    return !payload.is_binary() && payload.view().size() > worth_a_worker;
  }
  void transport_down(const ExitReason& reason);

  void act_on(Result&& result, bool may_reply);
  void send_reply(Reply&& reply);

  Socket socket_;
  std::unique_ptr<Channel> channel_;
  struct Joining {
    Payload params;
    process::Ref request{};
  };
  std::unique_ptr<Joining> joining_;  ///< Until join returns; then the channel gets its last call.
  process::Ref transport_monitor_{};
  std::unique_ptr<pubsub::Subscription> subscription_;
};

}  // namespace phx::channel
