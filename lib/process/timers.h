#pragma once
/// \file
/// Messages that are due later, ordered by time.

#include <algorithm>
#include <boost/intrusive/set.hpp>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/time.h"
#include "process/message.h"

namespace phx::process {

/// Sent to a process when its alarm goes off.
struct TimerFired {};

/// A timer that a process keeps as a member, because it is nearly always set: other timers are
/// messages in memory, this takes forty bytes of its owner. It is off until Scheduler::set,
/// fires once, and is destroyed with its owner. Shard thread only.
class Alarm : public boost::intrusive::set_base_hook<
                  boost::intrusive::link_mode<boost::intrusive::auto_unlink>,
                  boost::intrusive::optimize_size<true>> {
 public:
  /// Boost keeps a node's colour in the lowest bit of its pointer to the parent, and leaves that
  /// bit as it was in memory. Nothing reads it before the first insert, but valgrind can't see
  /// that.
  Alarm() { hooktags::node_traits::set_color(this_ptr(), hooktags::node_traits::red()); }
  bool operator<(const Alarm& other) const { return when_ < other.when_; }

 private:
  friend class Timers;
  Clock::time_point when_;
  Pid owner_;
};

/// Shard thread only. At most one entry per Ref; cancelling one that is gone does nothing.
class Timers {
 public:
  struct Due {
    Ref ref;
    Pid to;
    Message message;
  };

  void add(Clock::time_point when, Due due) {
    const Ref ref = due.ref;
    by_owner_.emplace(due.to, ref);
    by_ref_[ref] = by_time_.emplace(when, std::move(due));
  }

  void cancel(Ref ref) {
    const auto found = by_ref_.find(ref);
    if (found == by_ref_.end()) return;
    by_owner_.erase({found->second->second.to, ref});
    by_time_.erase(found->second);
    by_ref_.erase(found);
  }

  /// Cancels all messages to a process that has ended. Otherwise a client that begins and ends
  /// processes would fill the memory with their timers. Mirrors erlang:send_after/3.
  void cancel_all(Pid owner) {
    for (auto next = by_owner_.lower_bound({owner, Ref{}});
         next != by_owner_.end() && next->first == owner;
         next = by_owner_.lower_bound({owner, Ref{}})) {
      const Ref ref = next->second;
      by_owner_.erase(next);
      cancel(ref);
    }
  }

  /// Sets the alarm, or resets one that was already set.
  void set(Alarm& alarm, Clock::time_point when, Pid owner) {
    if (alarm.is_linked()) alarm.unlink();
    alarm.when_ = when;
    alarm.owner_ = owner;
    alarms_.insert(alarm);
  }

  /// The owner of an alarm that is due at `now`, if any. The alarm is then off.
  std::optional<Pid> take_alarm(Clock::time_point now) {
    if (alarms_.empty() || alarms_.begin()->when_ > now) return std::nullopt;
    const Pid owner = alarms_.begin()->owner_;
    alarms_.erase(alarms_.begin());
    return owner;
  }

  /// The next message that is due at `now`, if any.
  std::optional<Due> take(Clock::time_point now) {
    if (by_time_.empty() || by_time_.begin()->first > now) return std::nullopt;
    Due due = std::move(by_time_.begin()->second);
    by_time_.erase(by_time_.begin());
    by_owner_.erase({due.to, due.ref});
    by_ref_.erase(due.ref);
    return due;
  }

  /// When the next message or alarm is due.
  std::optional<Clock::time_point> next() const {
    std::optional<Clock::time_point> first;
    if (!by_time_.empty()) first = by_time_.begin()->first;
    if (alarms_.empty()) return first;
    const Clock::time_point alarm = alarms_.begin()->when_;
    return first ? std::min(*first, alarm) : alarm;
  }

 private:
  using ByTime = std::multimap<Clock::time_point, Due>;
  ByTime by_time_;
  std::unordered_map<Ref, ByTime::iterator> by_ref_;
  std::set<std::pair<Pid, Ref>> by_owner_;
  boost::intrusive::multiset<Alarm, boost::intrusive::constant_time_size<false>> alarms_;
};

}  // namespace phx::process
