#pragma once
/// \file
/// The timers of one client, on a clock that its owner moves: tests never sleep.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/time.h"

namespace phx::client {

/// Client's thread only. Neither copied nor moved.
class Timers {
 public:
  using Id = std::pair<Clock::time_point, std::uint64_t>;  ///< When it is due, and a serial.
  using Callback = std::function<void()>;

  /// `clock` returns the time; `earlier` is called when the next timer is now an earlier one.
  explicit Timers(
      std::function<Clock::time_point()> clock, Callback earlier = [] {})
      : clock_(std::move(clock)), earlier_(std::move(earlier)) {}
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  Clock::time_point now() const { return clock_(); }
  /// Calls back once, in a run().
  Id after(Millis wait, Callback callback) {
    const Id id{now() + wait, ++serial_};
    const auto added = waiting_.emplace(id, std::move(callback)).first;
    if (added == waiting_.begin()) earlier_();
    return id;
  }
  /// Cancels it if it is still waiting, and forgets it.
  void cancel(std::optional<Id>& id) {
    if (id) waiting_.erase(*id);
    id.reset();
  }
  /// When the next one is due.
  std::optional<Clock::time_point> next() const {
    return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first.first);
  }
  /// Calls those that are due, earliest first.
  void run() {
    const Clock::time_point until = now();
    while (!waiting_.empty() && waiting_.begin()->first.first <= until) {
      const Callback callback = std::move(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      callback();
    }
  }
  std::size_t size() const { return waiting_.size(); }

 private:
  const std::function<Clock::time_point()> clock_;
  const Callback earlier_;
  std::uint64_t serial_ = 0;
  std::map<Id, Callback> waiting_;
};

}  // namespace phx::client
