#pragma once
/// \file
/// Messages that are due later, in order of when.

#include <map>
#include <optional>
#include <unordered_map>

#include "base/time.h"
#include "process/message.h"

namespace phx::process {

/// Shard thread only. At most one entry a Ref; cancelling what is gone does nothing.
class Timers {
 public:
  struct Due {
    Ref ref;
    Pid to;
    Message message;
  };

  void add(Clock::time_point when, Due due) {
    const Ref ref = due.ref;
    by_ref_[ref] = by_time_.emplace(when, std::move(due));
  }

  void cancel(Ref ref) {
    const auto found = by_ref_.find(ref);
    if (found == by_ref_.end()) return;
    by_time_.erase(found->second);
    by_ref_.erase(found);
  }

  /// The next one that is due at `now`, if any.
  std::optional<Due> take(Clock::time_point now) {
    if (by_time_.empty() || by_time_.begin()->first > now) return std::nullopt;
    Due due = std::move(by_time_.begin()->second);
    by_time_.erase(by_time_.begin());
    by_ref_.erase(due.ref);
    return due;
  }

  std::optional<Clock::time_point> next() const {
    if (by_time_.empty()) return std::nullopt;
    return by_time_.begin()->first;
  }

 private:
  using ByTime = std::multimap<Clock::time_point, Due>;
  ByTime by_time_;
  std::unordered_map<Ref, ByTime::iterator> by_ref_;
};

}  // namespace phx::process
