#pragma once
/// \file
/// Which channels this node wants to hear, which of them Redis sends, and what to ask it next.
///
/// Pure: it knows no connection and no clock. Client asks next(), says it to Redis, and passes on
/// what Redis confirms.

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
  /// Channels that Redis was asked about and has not confirmed.
  std::size_t in_flight = 1'000;
  /// A channel that nobody wants any more is heard for so long, as somebody may come back soon.
  Millis linger{1'000};
  /// How many linger; beyond that the oldest are left at once.
  std::size_t lingering = 10'000;
};

/// Its lock is held for no longer than a slice of in_flight takes. Neither copied nor moved.
class Subscriptions {
 public:
  explicit Subscriptions(const SubscriptionLimits& limits = {}) : limits_(limits) {}
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  // Any thread.
  /// One more wants the channel, or one less. True: next() has something to say that it had not.
  bool want(std::string_view channel);
  bool unwant(std::string_view channel, Clock::time_point now);
  /// Whether what is published on the channel arrives. Also where nothing can arrive, nor be waited
  /// for: without a connection, and where nobody wants the channel.
  bool heard(std::string_view channel) const;
  /// Calls `then` once it is heard(): on the thread of confirmed() and disconnected(), or at once.
  /// Forgotten where nobody wants the channel any more.
  void when_heard(std::string_view channel, std::function<void()> then);

  // One thread, that of the connection.
  /// A new connection, which has subscribed to nothing yet.
  void connected();
  void disconnected();
  struct Ask {
    std::vector<std::string> subscribe;
    std::vector<std::string> unsubscribe;
    std::optional<Millis> again_after;  ///< Call next() once more, then.
  };
  /// What to say to Redis. Call it again after each confirmed().
  Ask next(Clock::time_point now);
  /// Redis says that it has subscribed, or no more.
  void confirmed(std::string_view channel, bool subscribed);
  /// How many channels are heard. Any thread.
  std::size_t count() const;

 private:
  /// What the connection is in, about a channel.
  enum class State : unsigned char { none, asked, heard, leaving };
  struct Channel {
    std::uint32_t wanted = 0;
    std::uint32_t connection = 0;  ///< The state is that of this one.
    State state = State::none;
    bool queued = false;   ///< In fresh_.
    bool lingers = false;  ///< In lingering_.
  };
  // Ordered, so that a walk goes on where it stopped, whatever has come and gone meanwhile.
  using Channels = std::map<std::string, Channel, std::less<>>;
  using Waiting = std::multimap<std::string, std::function<void()>, std::less<>>;
  struct Lingering {
    std::string channel;
    Clock::time_point since;
  };

  State state_of(const Channel& channel) const;
  void set(Channel& channel, State state);
  bool heard_now(std::string_view channel) const;
  bool notify();
  void enqueue(const std::string& name, Channel& channel);
  void ask_for_fresh(Ask& ask);
  void ask_for_rest(Ask& ask);
  void leave_lingering(Ask& ask, Clock::time_point now);
  void ask_for(const std::string& name, Channel& channel, Ask& ask);
  void erase(Channels::iterator at);
  std::size_t room() const { return limits_.in_flight - in_flight_; }

  const SubscriptionLimits limits_;
  mutable std::mutex mutex_;  ///< Of all that follows.
  Channels channels_;
  Waiting waiting_;
  std::deque<std::string> fresh_;    ///< To be subscribed, before those of rest_.
  std::deque<Lingering> lingering_;  ///< Oldest first.
  std::optional<std::string> rest_;  ///< A new connection has been told of all before this one.
  std::size_t in_flight_ = 0;
  std::size_t heard_ = 0;
  std::uint32_t connection_ = 0;
  bool connected_ = false;
  bool notified_ = false;  ///< next() will be called.
};

}  // namespace phx::redis
