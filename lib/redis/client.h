#pragma once
/// \file
/// Publishes on Redis channels, and receives messages on those that it subscribes to.

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "process/hop.h"
#include "redis/events.h"
#include "redis/link.h"
#include "redis/subscriptions.h"

namespace phx::redis {

/// One connection subscribes and one publishes, so one thread's messages arrive in order on all
/// channels. Both run on the loop's thread. Neither copied nor moved.
class Client {
 public:
  /// Both are called on the loop's thread.
  struct Hooks {
    std::function<void(std::string_view message)> received;  ///< Our own messages included.
    std::function<void()> healthy;  ///< Both connections are up, and were not before.
    /// What traces the message, before it is received; null for nothing.
    std::function<process::HopRecorder*(std::string_view message)> traces =
        [](std::string_view) -> process::HopRecorder* { return nullptr; };
  };
  /// `channel` is always subscribed, others after subscribe(). Nothing connects before start().
  Client(Loop& loop, const Options& options, std::string channel,
         const telemetry::Telemetry& telemetry, const Log& log, Hooks hooks);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Loop thread.
  void start();
  /// Calls `done` when all published messages are answered, or after `farewell`; at once without a
  /// connection. Loop thread.
  void finish(std::function<void()> done);
  /// Any thread; never blocks. A message that Redis does not get is reported in telemetry as
  /// MessagesLost. `repeated`: its publisher sends it again, so it is not kept
  /// (Options::keep_messages) while Redis is away. Without a channel, published on the one that is
  /// always subscribed.
  void publish(std::string message, bool repeated = false, std::string channel = {});

  /// Any thread; never blocks. Each subscribe() is undone by one unsubscribe(); Redis is sent the
  /// first, and, after a delay, the last.
  void subscribe(std::string_view channel);
  void unsubscribe(std::string_view channel);
  /// Whether messages published on the channel from now on arrive; also true without a connection
  /// to wait for. Any thread.
  bool is_subscribed(std::string_view channel) const {
    return subscriptions_.is_subscribed(channel);
  }
  /// Calls `then` on any thread, once hears() is true. Any thread.
  void when_subscribed(std::string_view channel, std::function<void()> then) {
    subscriptions_.when_subscribed(channel, std::move(then));
  }
  /// Whether both connections are up. Any thread.
  bool healthy() const { return hearing_ && publishing_; }
  /// Messages lost so far. Any thread.
  std::size_t lost() const { return lost_; }

 private:
  struct Pending {
    std::string channel;  ///< Empty: the one that is always subscribed.
    std::string message;
    bool repeated;
    std::size_t size() const { return channel.size() + message.size(); }
  };
  struct Kept {
    Pending pending;
    Clock::time_point since;
  };

  void subscriber_up(Connection& connection);
  void subscriber_down();
  void heard(const redisReply* reply);
  void confirmed(std::string_view channel, bool subscribed);
  void ask();
  void drain();
  void send(const Pending& pending);
  void miss(std::size_t size, bool repeated);
  void answered(std::size_t size, bool repeated, const redisReply* reply);
  void keep(Pending pending);
  void send_kept();
  void lose(Loss why, bool repeated);
  void log_losses();
  void finish_if_all_is_answered();
  void settle(std::size_t bytes);

  Loop& loop_;
  const Options options_;
  const std::string channel_;
  const telemetry::Telemetry& telemetry_;
  const Log log_;
  const Hooks hooks_;
  std::deque<Kept> kept_;
  std::size_t unanswered_ = 0;
  /// One message whose answer is timed.
  struct Timed {
    std::uint64_t message;  ///< As counted by `sent_`.
    Clock::time_point since;
  };
  std::uint64_t sent_ = 0;
  std::optional<Timed> timed_;
  std::function<void()> done_;
  std::unique_ptr<Loop::Timer> farewell_;
  std::atomic<bool> hearing_ = false;
  std::atomic<bool> publishing_ = false;
  std::atomic<std::size_t> lost_ = 0;
  std::size_t logged_ = 0;  ///< Those whose number was logged.
  std::atomic<bool> telling_ =
      false;  ///< The log has said that some are lost, and is to say how many.

  Subscriptions subscriptions_;  ///< Except on the channel that is always subscribed.
  const std::unique_ptr<Loop::Timer> ask_again_;
  std::size_t channels_ = 0;  ///< That this connection subscribed to.

  std::mutex mutex_;
  std::vector<Pending> inbox_;     ///< Guarded by the mutex: messages published by other threads.
  std::size_t pending_bytes_ = 0;  ///< Guarded by the mutex: cost_of() everything that waits.

  // Last, so that they end first: a connection's end answers everything that waits.
  Link subscriber_;
  Link publisher_;
};

}  // namespace phx::redis
