#pragma once
/// \file
/// Which channels this node wants, which of them Redis sends, and what to request next.
///
/// Pure: it uses no connection and no clock. Client calls next(), sends it to Redis, and passes on
/// the confirmations.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace phx::redis {

struct SubscriptionLimits {
  /// Channels that were requested and not confirmed.
  std::size_t in_flight = 1'000;
  /// How long a channel stays subscribed after its last subscriber, which may come back soon.
  Millis linger{1'000};
  /// How many channels linger; beyond that the oldest are left at once.
  std::size_t lingering = 10'000;
};

/// Its lock is held for no longer than a slice of in_flight takes. Neither copied nor moved.
class Subscriptions {
 public:
  explicit Subscriptions(const SubscriptionLimits& limits = {}) : limits_(limits) {}
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  // Any thread. One more subscriber wants the channel, or one fewer. True: next() has something new
  // to send.
  bool want(std::string_view channel);
  bool unwant(std::string_view channel, Clock::time_point now);
  /// Whether messages on the channel arrive. Also true if there is nothing to wait for: without a
  /// connection, or if the channel is not wanted.
  bool is_subscribed(std::string_view channel) const;
  /// Calls `then` once it is_subscribed(): on the thread of confirmed() and disconnected(), or at
  /// once. Dropped if the channel is no longer wanted.
  void when_subscribed(std::string_view channel, std::function<void()> then);

  // Connection's thread. There is a new connection, without subscriptions yet.
  void connected();
  void disconnected();
  struct Ask {
    std::vector<std::string> subscribe;
    std::vector<std::string> unsubscribe;
    std::optional<Millis> again_after;  ///< When to call next() again.
  };
  /// The next command for Redis. Call it again after each confirmed().
  Ask next(Clock::time_point now);
  /// Redis confirms that it has subscribed or unsubscribed.
  void confirmed(std::string_view channel, bool subscribed);
  /// The number of confirmed channels. Any thread.
  std::size_t count() const;

 private:
  /// The connection's state for a channel.
  enum class State : unsigned char { none, asked, heard, leaving };
  struct Channel {
    std::uint32_t wanted = 0;
    std::uint32_t connection = 0;  ///< The connection that the state belongs to.
    State state = State::none;
    bool queued = false;   ///< In fresh_.
    bool lingers = false;  ///< In lingering_.
  };
  // Ordered, so that a walk goes on where it stopped, even after insertions and removals.
  using Channels = std::map<std::string, Channel, std::less<>>;
  using Waiting = std::multimap<std::string, std::function<void()>, std::less<>>;
  struct Lingering {
    std::string channel;
    Clock::time_point since;
  };

  State state_of(const Channel& channel) const;
  void set(Channel& channel, State state);
  bool is_subscribed_now(std::string_view channel) const;
  bool notify();
  void enqueue(const std::string& name, Channel& channel);
  void ask_for_fresh(Ask& ask);
  void ask_for_rest(Ask& ask);
  void leave_lingering(Ask& ask, Clock::time_point now);
  void ask_for(const std::string& name, Channel& channel, Ask& ask);
  void erase(Channels::iterator at);
  std::size_t room() const { return limits_.in_flight - in_flight_; }

  const SubscriptionLimits limits_;
  mutable std::mutex mutex_;  ///< Guards everything below.
  Channels channels_;
  Waiting waiting_;
  std::deque<std::string> fresh_;    ///< To be subscribed, before those of rest_.
  std::deque<Lingering> lingering_;  ///< Oldest first.
  std::optional<std::string>
      rest_;  ///< A new connection has been sent all channels before this one.
  std::size_t in_flight_ = 0;
  std::size_t heard_ = 0;
  std::uint32_t connection_ = 0;
  bool connected_ = false;
  bool notified_ = false;  ///< next() will be called.
};

}  // namespace phx::redis
