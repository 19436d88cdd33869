#pragma once
/// \file
/// One topic of a client: joins, joins again, buffers what is pushed meanwhile, and hands out what
/// comes. Mirrors phoenix.js's Channel. Knows no socket and no clock but its session's.
///
///     closed → joining → joined → leaving → closed
///                 ↑  ↓      ↓
///                errored ←──┘

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/push_state.h"
#include "client/status.h"
#include "client/wire.h"

namespace phx::client {

class Session;

/// Client's thread only, except where said otherwise. Neither copied nor moved.
class TopicState : public std::enable_shared_from_this<TopicState> {
 public:
  using OnEvent = std::function<void(const Payload&)>;
  using OnMessage = std::function<void(const std::string& event, const Payload&)>;
  using OnEnd = std::function<void(const Payload& reason)>;
  using Push = std::shared_ptr<PushState>;

  /// Any thread. `join` is kept for the topic's whole life; the session outlives it or is never
  /// touched again.
  TopicState(Session& session, std::string name, Push join);
  TopicState(const TopicState&) = delete;
  TopicState& operator=(const TopicState&) = delete;

  const std::string& name() const { return name_; }
  TopicStatus status() const { return status_; }             ///< Any thread.
  const Push& join_push() const { return join_; }            ///< Any thread.
  const std::string& join_ref() const { return join_ref_; }  ///< Of the last join; or empty.

  /// Only the first call counts.
  void join();
  /// Sends it, or keeps it until the topic is joined.
  void push(const Push& push);
  /// `push` is the phx_leave.
  void leave(const Push& push);

  void on(std::uint64_t binding, std::string event, OnEvent callback);
  void off(std::uint64_t binding);
  void on_message(OnMessage callback) { add(on_message_, std::move(callback)); }
  void on_error(OnEnd callback) { add(on_error_, std::move(callback)); }
  void on_close(OnEnd callback) { add(on_close_, std::move(callback)); }

  // From the session.
  void connected();
  void connection_lost(const std::string& reason);
  void received(const Incoming& message);
  /// Another topic of the same name is about to join.
  void make_way();
  /// Drops all callbacks, and what waits: they may hold this topic.
  void release();

 private:
  struct Binding {
    std::uint64_t id;
    std::string event;
    OnEvent callback;
  };

  void rejoin();
  void rejoin_later();
  void joined();
  void join_timed_out();
  void errored(const Payload& reason);
  void close(const Payload& reason);
  void left(const Payload& reason);
  void replied(const Incoming& reply);
  void deliver(const Incoming& message);
  void send(const Push& push);
  void refuse(const Push& push, const std::string& why);
  void forget(const Push& push);
  void flush();
  void keep(const Push& push);
  void start_timeout(const Push& push);
  void timed_out(const Push& push);
  void settle(const Push& push, Answer answer);
  void end();
  /// Takes a copy, because a callback may add another.
  void notify(std::vector<OnEnd> callbacks, const Payload& reason);
  bool can_push() const;
  bool has_ended() const { return status_ == TopicStatus::closed && joined_once_; }
  template <class Callback>
  void add(std::vector<Callback>& callbacks, Callback callback) {
    if (!has_ended()) callbacks.push_back(std::move(callback));
  }
  void cancel_rejoin();

  Session& session_;
  const std::string name_;
  const Push join_;
  std::atomic<TopicStatus> status_ = TopicStatus::closed;
  bool joined_once_ = false;
  std::string join_ref_;
  std::map<std::string, Push, std::less<>> pending_;  ///< By ref: sent, and not answered.
  std::deque<Push> buffer_;                           ///< Not sent yet, in order.
  std::size_t tries_ = 0;                             ///< To join again.
  std::optional<Timers::Id> rejoin_timer_;
  std::vector<Binding> bindings_;
  std::vector<OnMessage> on_message_;
  std::vector<OnEnd> on_error_;
  std::vector<OnEnd> on_close_;
};

}  // namespace phx::client
