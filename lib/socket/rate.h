#pragma once
/// \file
/// How fast one client may send.

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "base/time.h"

namespace phx::socket {

/// Messages of one client: `burst` at once, and `per_second` for as long as it likes. Not in
/// Phoenix.
struct MessageRate {
  std::size_t per_second;  ///< At least 1.
  std::size_t burst;       ///< At least 1.
};

/// Keeps one client to its rate. A value; whoever has it brings the time.
class RateLimit {
 public:
  /// REQUIRES: both numbers are at least 1.
  explicit RateLimit(MessageRate rate)
      : rate_(rate),
        interval_(std::chrono::nanoseconds(std::chrono::seconds(1)) / rate.per_second) {}

  /// A message has come; false where it came too soon. Such a one does not count.
  bool take(Clock::time_point now) {
    const Clock::time_point used_up = std::max(used_up_, now) + interval_;
    if (used_up - now > interval_ * rate_.burst) return false;
    used_up_ = used_up;
    return true;
  }
  const MessageRate& rate() const { return rate_; }

 private:
  MessageRate rate_;
  std::chrono::nanoseconds interval_;
  Clock::time_point used_up_{};  ///< At this time the messages so far will have been made up for.
};

}  // namespace phx::socket
