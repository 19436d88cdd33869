#pragma once
/// \file
/// One client's conversation with its server: connects, connects again, keeps the connection alive,
/// and passes messages to their topics. Mirrors phoenix.js's Socket.
///
/// Pure: a Dialer makes the connections, and Timers have the clock; a test brings its own of both.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/endpoint_url.h"
#include "client/fallback.h"
#include "client/options.h"
#include "client/status.h"
#include "client/timers.h"
#include "client/topic_state.h"
#include "client/transport.h"
#include "client/wire.h"

namespace phx::client {

/// Client's thread only, except where said otherwise. Neither copied nor moved.
class Session {
 public:
  using Dialer = std::function<std::unique_ptr<Transport>(const Attempt&, TransportUser&)>;
  using OnOpen = std::function<void()>;
  using OnClose = std::function<void(const Ending&)>;
  using OnError = std::function<void(const std::string&)>;

  /// \throws OptionError for an address or a version that can't be used.
  Session(std::string_view url, ClientOptions options, Timers& timers, Dialer dial);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  void connect();
  void disconnect();
  ClientStatus status() const { return status_; }  ///< Any thread.
  void add(std::shared_ptr<TopicState> topic);

  void on_open(OnOpen callback) { on_open_.push_back(std::move(callback)); }
  void on_close(OnClose callback) { on_close_.push_back(std::move(callback)); }
  void on_error(OnError callback) { on_error_.push_back(std::move(callback)); }

  // For its topics.
  bool is_open() const { return status_ == ClientStatus::open; }
  std::string make_ref() { return std::to_string(++ref_); }
  /// Why the message can't be sent, if so.
  std::optional<std::string> send(const Outgoing& message);
  void leave_others(const TopicState& topic);
  void remove(const TopicState& topic);
  /// A push that waits for its timeout after its topic has ended; settled() when that has come.
  void keep(std::shared_ptr<PushState> push) { kept_.insert(std::move(push)); }
  void settled(const std::shared_ptr<PushState>& push) { kept_.erase(push); }
  Timers& timers() { return timers_; }
  const ClientOptions& options() const { return options_; }
  /// The table's entry, its last one for all further tries, and some jitter.
  Millis delay(const std::vector<Millis>& table, std::size_t tries) const;
  /// Calls back. What the callback throws goes to on_error, and affects nothing else.
  void guard(const std::function<void()>& callback);

  // Bounds: how much waits in all topics.
  /// Which limit another push of that size would exceed, if any.
  const char* full(std::size_t bytes) const;
  void push_began() { ++waiting_pushes_; }
  void push_ended() { --waiting_pushes_; }
  void buffered(std::size_t bytes) {
    buffered_ += bytes;
    count_waiting();
  }
  void unbuffered(std::size_t bytes) {
    buffered_ -= bytes;
    count_waiting();
  }
  /// Bytes that wait for a join, for the connection or for the network. Any thread.
  std::size_t waiting_bytes() const { return waiting_bytes_; }

 private:
  struct Link;

  void try_to_connect();
  std::optional<Attempt> next_attempt();
  void fall_back_later(const char* why);
  void retry_later();
  void retry_after(Millis wait);
  void opened();
  void check_health();
  void received(serializer::Frame frame);
  void lost(const Ending& ending);
  void retire();
  void beat_later();
  void beat();
  void beat_answered(const Incoming& message);
  void give_up(const std::string& why);
  void report(const std::string& error);
  std::size_t written_bytes() const;
  void count_waiting() { waiting_bytes_ = buffered_ + written_bytes(); }

  const EndpointUrl url_;
  const ClientOptions options_;
  const Version version_;
  Fallback fallback_;
  Timers& timers_;
  const Dialer dial_;

  std::atomic<ClientStatus> status_ = ClientStatus::closed;
  bool wanted_ = false;  ///< Between connect() and disconnect().
  std::unique_ptr<Link> link_;
  std::vector<std::unique_ptr<Link>> retired_;  ///< They say goodbye, or have ended.
  std::size_t tries_ = 0;                       ///< Since a connection last brought a message.
  std::optional<Timers::Id> retry_;
  std::optional<Timers::Id> opening_;       ///< When a try has taken too long.
  std::optional<Timers::Id> falling_back_;  ///< When a websocket has to have shown that it works.
  std::string health_ref_;                  ///< Of the message that shows it.
  std::optional<Timers::Id> next_beat_;
  std::string beat_ref_;  ///< Of the heartbeat that waits for its answer.
  std::uint64_t ref_ = 0;
  std::size_t waiting_pushes_ = 0;
  std::size_t buffered_ = 0;
  std::atomic<std::size_t> waiting_bytes_ = 0;

  std::vector<std::shared_ptr<TopicState>> topics_;  ///< In the order they were made.
  std::map<std::string, std::vector<std::shared_ptr<TopicState>>, std::less<>> by_name_;
  std::set<std::shared_ptr<PushState>> kept_;  ///< Their topics have ended; each has its timer.
  std::vector<OnOpen> on_open_;
  std::vector<OnClose> on_close_;
  std::vector<OnError> on_error_;
};

}  // namespace phx::client
