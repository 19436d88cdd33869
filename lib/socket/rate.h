#pragma once
/// \file
/// How fast one client may send.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace phx::socket {

/// Messages of one client: `burst` at once, and `per_second` for as long as it likes. Not in
/// Phoenix.
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

/// How much of a rate is used up: the time at which all that came will have been made up for.
using UsedUp = Clock::time_point;

/// A message has come; false where it came too soon. Such a one does not count.
inline bool take(const MessageRate& rate, UsedUp& used_up, Clock::time_point now) {
  const auto interval = std::chrono::nanoseconds(std::chrono::seconds(1)) / rate.per_second;
  const UsedUp next = std::max(used_up, now) + interval;
  if (next - now > interval * rate.burst) return false;
  used_up = next;
  return true;
}

/// Bytes have come; how long to wait until more may.
inline Millis take(const ByteRate& rate, UsedUp& used_up, std::size_t bytes,
                   Clock::time_point now) {
  const auto worth = [&rate](std::size_t count) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(
        static_cast<double>(count) * 1e9 / static_cast<double>(rate.per_second)));
  };
  used_up = std::max(used_up, now) + worth(bytes);
  return std::max(Millis{0}, std::chrono::ceil<Millis>(used_up - now - worth(rate.burst)));
}

/// Keeps one client to its rate. A value; whoever has it brings the time.
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
