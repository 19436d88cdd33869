#pragma once
/// \file
/// The class that users write: a conversation about one topic with one client.
///
///     class Room : public phx::Channel {
///       phx::JoinResult join(std::string_view, phx::Payload, phx::Socket&) override {
///         return phx::Joined{};
///       }
///       phx::Result handle_in(std::string_view event, phx::Payload payload,
///                             phx::Socket& socket) override {
///         if (event == "ping") return phx::Reply::ok(std::move(payload));
///         if (event != "new_msg") return unhandled(event);
///         socket.broadcast("new_msg", std::move(payload));
///         return phx::NoReply{};
///       }
///     };
///
/// An object lives as long as its client is joined, in a process of its own: its callbacks run one
/// at a time, and an exception ends only this channel. Mirrors the behaviour Phoenix.Channel.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/log.h"
#include "channel/socket.h"

namespace phx {

using process::ExitReason;

/// The client has joined; the response is sent in the reply.
struct Joined {
  Payload response = {};
};
/// The join is refused; the response, sent in the reply, says why.
struct Refused {
  Payload reason = {};
};
using JoinResult = std::variant<Joined, Refused>;

//! [result]
struct NoReply {};
/// Ends the channel after this message. With a graceful reason (normal, shutdown) the client gets
/// phx_close, otherwise phx_error; a reply is sent before either.
struct Stop {
  ExitReason reason = {};
  std::optional<Reply> reply = {};
};
/// A handler's result: `{:noreply, …}`, `{:reply, …}` or `{:stop, …}`.
using Result = std::variant<NoReply, Reply, Stop>;
//! [result]

class Channel {
 public:
  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  virtual ~Channel() = default;

  /// Accepts or refuses the join. `params` is phx_join's payload.
  virtual JoinResult join(std::string_view topic, Payload params, Socket& socket) = 0;
  /// An event from the client. For an unknown one, return unhandled(event), which crashes.
  virtual Result handle_in(std::string_view event, Payload payload, Socket& socket);
  /// A broadcast that intercepts() names, before this client gets it. The default pushes it.
  virtual Result handle_out(std::string_view event, Payload payload, Socket& socket);
  /// A message from another process, or from send_self; an event published on this topic that is
  /// not a Broadcast; and any event on other topics to which this channel has subscribed: see
  /// pubsub::event_in.
  virtual Result handle_info(process::Message message, Socket& socket);
  /// The last callback: after a leave, a stop, a crash or the connection's end; not after a join
  /// that threw, nor after a duplicate join, which kills the channel.
  virtual void terminate(const ExitReason& reason, Socket& socket);

  /// The broadcasts that handle_out gets. Read once, after the join.
  virtual std::vector<std::string> intercepts() const { return {}; }
  /// Whether handling this event may block (sleep, wait, compute for long): then it runs on a
  /// worker thread. For a join the event is phx_join. With a JSON payload over 64 kB, handle_in,
  /// handle_out and join always run on one, because parsing it takes long.
  virtual bool blocking(std::string_view event, const Payload& payload) const;
  /// Whether all callbacks run in the channel's own turn: then a worker only parses a long payload.
  /// For channels that subscribe or touch their process in handle_in.
  virtual bool always_in_turn() const { return false; }
  /// Whether phx_close goes before the reply to a leave, as with Phoenix.LiveView.Channel.
  virtual bool closes_before_reply() const { return false; }

  /// The level at which a join is logged; Level::off for never. Mirrors `use Phoenix.Channel,
  /// log_join:`.
  virtual Level log_join() const { return Level::info; }
  /// The same for each event from the client. Mirrors `log_handle_in:`.
  virtual Level log_handle_in() const { return Level::debug; }

 protected:
  /// Crashes the channel with a sentence that names the event.
  [[noreturn]] static Result unhandled(std::string_view event);
};

namespace channel {

/// Makes the user's channel object, one for each joined client.
using Factory = std::function<std::unique_ptr<Channel>()>;

}  // namespace channel
}  // namespace phx
