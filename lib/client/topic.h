#pragma once
/// \file
/// A topic as an application holds it, and what it pushes there.
///
///     phx::Topic room = client.topic("room:lobby", {{"name", "Ann"}});
///     room.on("new_msg", [](const phx::Payload& message) { show(message["body"]); });
///     room.join()
///         .receive("ok", [](const phx::Payload&) { show("joined"); })
///         .receive("error", [](const phx::Payload& why) { show(why["reason"]); });
///     room.push("new_msg", {{"body", "hello"}}).receive("timeout", [](auto&) { show("slow"); });

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "client/answer.h"
#include "client/status.h"

namespace phx {

namespace client {
class Engine;
class PushState;
class TopicState;
}  // namespace client

using client::Answer;

/// A message that waits for its answer, or has it. A handle: copies are the same push. Any thread;
/// callbacks come on the client's thread, also those that are registered after the answer has come.
class Push {
 public:
  using Callback = std::function<void(const Payload& response)>;

  Push(std::shared_ptr<client::Engine> engine, std::shared_ptr<client::PushState> state)
      : engine_(std::move(engine)), state_(std::move(state)) {}

  /// Calls back if the answer has this status: `ok` or `error` from the server, or what else the
  /// channel replies; `timeout` if none came in time. Once; a join's each time the topic joins
  /// again.
  Push& receive(std::string status, Callback callback);
  /// Calls back with the answer, whatever its status.
  Push& then(std::function<void(const Answer& answer)> callback);
  /// The same, for the first answer alone: the later ones of a join don't come. If a topic ends
  /// before its join was answered: `error`, with a reason.
  Push& once(std::function<void(const Answer& answer)> callback);

 private:
  std::shared_ptr<client::Engine> engine_;
  std::shared_ptr<client::PushState> state_;
};

/// What phoenix.js calls a channel: joined once, it stays joined through errors and lost
/// connections, until it is left or the server closes it. A handle: copies are the same topic. Any
/// thread; callbacks come on the client's thread, and must not block it. What a callback throws
/// goes to Client::on_error. Once the topic has ended, its callbacks are released.
class Topic {
 public:
  using OnEvent = std::function<void(const Payload& payload)>;
  using OnMessage = std::function<void(const std::string& event, const Payload& payload)>;
  using OnEnd = std::function<void(const Payload& reason)>;

  Topic(std::shared_ptr<client::Engine> engine, std::shared_ptr<client::TopicState> state)
      : engine_(std::move(engine)), state_(std::move(state)) {}

  const std::string& name() const;
  TopicStatus status() const;

  /// Joins, now or when the connection is open. Once for each topic: later calls return the same.
  /// An older topic of this name is left first.
  Push join();
  /// Sends an event; while the topic is not joined it waits. What was sent when the connection
  /// broke is not sent again: its answer is `timeout`. Without a timeout of its own:
  /// ClientOptions::timeout.
  Push push(std::string event, Payload payload = {}, std::optional<Millis> timeout = {});
  /// Leaves; on_close follows, and then the answer.
  Push leave();

  /// Calls back with each such event. What is returned names the callback for off().
  std::uint64_t on(std::string event, OnEvent callback);
  void off(std::uint64_t binding);
  /// Calls back with every event of the topic.
  void on_message(OnMessage callback);
  /// The channel crashed (`phx_error`), or the connection was lost: the topic joins again by
  /// itself.
  void on_error(OnEnd callback);
  /// It was left, or the server closed it (`phx_close`).
  void on_close(OnEnd callback);

 private:
  friend class PresenceList;
  std::shared_ptr<client::Engine> engine_;
  std::shared_ptr<client::TopicState> state_;
};

}  // namespace phx
