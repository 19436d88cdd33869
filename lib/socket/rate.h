#pragma once
/// \file
/// Limits how fast one client may send.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace phx::socket {

/// Messages of one client: `burst` at once, then `per_second`. Not in Phoenix.
struct MessageRate {
  std::size_t per_second;  ///< At least 1.
  std::size_t burst;       ///< At least 1.
};

/// Bytes of one client: `burst` at once, then `per_second`; a client that sends more is read more
/// slowly. Not in Phoenix.
struct ByteRate {
  std::size_t per_second;  ///< At least 1.
  std::size_t burst;       ///< At least 1.
};

/// How much of a rate is used up, as the time at which it will be free again.
using UsedUp = Clock::time_point;

/// Counts a message; false if it came too soon, and then it does not count.
inline bool take(const MessageRate& rate, UsedUp& used_up, Clock::time_point now) {
  const auto interval = std::chrono::nanoseconds(std::chrono::seconds(1)) / rate.per_second;
  const UsedUp next = std::max(used_up, now) + interval;
  if (next - now > interval * rate.burst) return false;
  used_up = next;
  return true;
}

/// Counts bytes; returns how long to wait before reading more.
inline Millis take(const ByteRate& rate, UsedUp& used_up, std::size_t bytes,
                   Clock::time_point now) {
  const auto worth = [&rate](std::size_t count) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(
        static_cast<double>(count) * 1e9 / static_cast<double>(rate.per_second)));
  };
  used_up = std::max(used_up, now) + worth(bytes);
  return std::max(Millis{0}, std::chrono::ceil<Millis>(used_up - now - worth(rate.burst)));
}

/// Holds one client to its rate. A value; the caller passes the time.
class RateLimit {
 public:
  /// REQUIRES: both numbers are at least 1.
  explicit RateLimit(MessageRate rate) : rate_(rate) {}

  bool take(Clock::time_point now) { return socket::take(rate_, used_up_, now); }
  const MessageRate& rate() const { return rate_; }

 private:
  MessageRate rate_;
  UsedUp used_up_{};
};

}  // namespace phx::socket
