/// This replica's own operations, and those of others.

#include "presence/shared_state.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/check.h"

namespace phx::presence {
namespace {

/// Process serials do not get this far in 4,000 years.
constexpr std::uint64_t foreign_serial = std::uint64_t{1} << 57;
constexpr unsigned count_bits = 45;

/// The list's pid for another replica's presence.
process::Pid name_of(std::uint64_t replica, Count count) {
  const Count low = count & ((Count{1} << count_bits) - 1);
  return {0, foreign_serial | replica << count_bits | low};
}

/// The approximate size of a presence in a message, in bytes.
std::size_t size_of(const Value& value) {
  constexpr std::size_t around = 100;  // its pid and its tag
  if (!value.written.empty()) return value.written.size() + around;
  return value.topic.size() + value.key.size() + value.meta.said.dump().size() + around;
}

void add(Presences& to, Presences&& from) {
  for (auto& [key, metas] : from) {
    std::vector<Meta>& all = to[key];
    std::move(metas.begin(), metas.end(), std::back_inserter(all));
  }
}

}  // namespace

bool is_foreign(process::Pid pid) { return pid.serial >= foreign_serial; }

SharedState::SharedState(ReplicaRef self, State& list)
    : self_(std::move(self)), list_(list), own_(replicas_[self_]), delta_{self_} {
  take_delta();
}

// --- This node's processes ---------------------------------------------------------------------

void SharedState::record(const std::string& topic, const Diff& diff) {
  for (const auto& [key, metas] : diff.leaves) {
    for (const Meta& meta : metas) left(meta);
  }
  for (const auto& [key, metas] : diff.joins) {
    for (const Meta& meta : metas) came(topic, key, meta);
  }
}

//! [operations]
Count SharedState::next_operation() {
  const Count count = ++own_.clock;
  delta_.parts[self_].cloud.insert(count);
  delta_.end[self_] = count;
  return count;
}

void SharedState::came(const std::string& topic, const std::string& key, const Meta& meta) {
  const Count count = next_operation();
  const auto value = std::make_shared<const Value>(Value{topic, key, meta});
  own_.values.emplace_hint(own_.values.end(), count, value);
  own_counts_.emplace(meta.phx_ref, count);
  delta_.parts[self_].values.emplace(count, value);
}

/// The delta includes the operation that added it, and the one that removes it.
void SharedState::left(const Meta& meta) {
  const auto own = own_counts_.extract(meta.phx_ref);
  if (!own) return;
  own_.values.erase(own.mapped());
  Part& part = delta_.parts[self_];
  part.cloud.insert(own.mapped());
  part.values.erase(own.mapped());
  next_operation();
}
//! [operations]

// --- Other replicas ----------------------------------------------------------------------------

bool SharedState::replica_up(const ReplicaRef& ref) {
  const auto found = replicas_.find(ref);
  if (found == replicas_.end()) {
    if (replicas_.size() + removed_.size() >= max_replicas) return false;
    announced(ref);
  } else {
    Replica& replica = found->second;
    check(!replica.is_up, "a replica is announced once, unless it was down");
    replica.is_up = true;
    std::swap(replica.values, replica.late);
  }
  return true;
}

/// A replica that was just gone for good gets back its presences that are not removed yet;
/// otherwise the same ones would join while they are still listed.
void SharedState::announced(const ReplicaRef& ref) {
  const std::uint64_t number = free_number();
  Replica& replica = replicas_[ref];
  const auto remains = std::find_if(removed_.begin(), removed_.end(),
                                    [&](const RemovedReplica& one) { return one.replica == ref; });
  if (remains == removed_.end()) {
    replica.number = number;
    return;
  }
  replica.number = remains->number;
  replica.values = std::move(remains->listed);
  replica.late = std::move(remains->unlisted);
  for (const Values* values : {&replica.values, &replica.late}) {
    for (const auto& [count, value] : *values) replica.cloud.insert(count);
  }
  removed_.erase(remains);
}

void SharedState::replica_down(const ReplicaRef& ref) {
  Replica& replica = replicas_.at(ref);
  check(replica.is_up, "a replica is down once, until it is up again");
  replica.is_up = false;
  std::swap(replica.values, replica.late);
}

void SharedState::forget(const ReplicaRef& ref) {
  Replica& replica = replicas_.at(ref);
  if (!replica.is_up) std::swap(replica.values, replica.late);  // first those that are listed
  if (!replica.values.empty() || !replica.late.empty()) {
    removed_.push_back({ref, replica.number, std::move(replica.values), std::move(replica.late)});
  }
  replicas_.erase(ref);
  delta_.forget(ref);
}

std::uint64_t SharedState::free_number() const {
  std::set<std::uint64_t> taken;
  for (const auto& [ref, replica] : replicas_) taken.insert(replica.number);
  for (const RemovedReplica& remains : removed_) taken.insert(remains.number);
  std::uint64_t number = 0;
  while (taken.contains(number)) ++number;
  return number;
}

/// Adds new presences to the list, and the changes to the diff.
void SharedState::list(std::uint64_t replica, Count count, const Value& value, Diffs& diffs) {
  Meta meta = value.meta;
  meta.pid = name_of(replica, count);
  add(diffs[value.topic].joins, list_.track(value.topic, value.key, std::move(meta)).joins);
}

void SharedState::unlist(std::uint64_t replica, Count count, const Value& value, Diffs& diffs) {
  const process::Pid pid = name_of(replica, count);
  add(diffs[value.topic].leaves, list_.untrack(value.topic, value.key, pid).leaves);
}

bool SharedState::lags() const {
  return !removed_.empty() || std::any_of(replicas_.begin(), replicas_.end(),
                                          [](const auto& one) { return !one.second.late.empty(); });
}

/// Presences that left for good leave first: the node's next run may bring the same users.
Diffs SharedState::go_on(std::size_t most) {
  Diffs diffs;
  while (most > 0 && !removed_.empty()) {
    RemovedReplica& first = removed_.front();
    clear_away(first, most, diffs);
    if (first.listed.empty() && first.unlisted.empty()) removed_.pop_front();
  }
  for (auto& [ref, replica] : replicas_) catch_up(replica, most, diffs);
  return diffs;
}

void SharedState::catch_up(Replica& replica, std::size_t& most, Diffs& diffs) {
  for (; most > 0 && !replica.late.empty(); --most) {
    auto next = replica.late.extract(replica.late.begin());
    replica.is_up ? list(replica.number, next.key(), *next.mapped(), diffs)
                  : unlist(replica.number, next.key(), *next.mapped(), diffs);
    replica.values.insert(replica.values.end(), std::move(next));
  }
}

void SharedState::clear_away(RemovedReplica& remains, std::size_t& most, Diffs& diffs) {
  for (; most > 0 && !remains.listed.empty(); --most) {
    const auto next = remains.listed.extract(remains.listed.begin());
    unlist(remains.number, next.key(), *next.mapped(), diffs);
  }
  for (; most > 0 && !remains.unlisted.empty(); --most) {
    remains.unlisted.erase(remains.unlisted.begin());
  }
}

Diffs SharedState::merge(const Parts& parts, const Clocks& after, const Clocks& context) {
  static const Part nothing;
  const auto at = [](const Clocks& clocks, const ReplicaRef& ref) {
    const auto clock = clocks.find(ref);
    return clock == clocks.end() ? 0 : clock->second;
  };
  Diffs diffs;
  for (auto& [ref, replica] : replicas_) {
    if (ref == self_) continue;  // our own part is the newest there is
    const auto part = parts.find(ref);
    const Part& theirs = part == parts.end() ? nothing : part->second;
    const Count from = at(after, ref), up_to = at(context, ref);
    leave(ref, replica, theirs, from, up_to, diffs);
    join(replica, theirs, diffs);
    replica.cloud.insert(theirs.cloud);
    replica.clock = replica.cloud.compact(replica.clock);
    // If the operations before it are unknown, only a slice's presences count.
    if (from > replica.clock) continue;
    replica.clock = replica.cloud.compact(std::max(replica.clock, up_to));
  }
  return diffs;
}

//! [leave]
/// A presence whose operation the other knows, but which it does not have, has left.
void SharedState::leave(const ReplicaRef& ref, Replica& replica, const Part& part, Count after,
                        Count clock, Diffs& diffs) {
  const auto leave_from = [&](Values& values, bool is_listed, Count first, Count last) {
    auto next = values.lower_bound(first);
    while (next != values.end() && next->first <= last) {
      if (part.values.contains(next->first)) {
        ++next;
        continue;
      }
      if (is_listed) unlist(replica.number, next->first, *next->second, diffs);
      delta_.parts[ref].cloud.insert(next->first);
      next = values.erase(next);
    }
  };
  const auto leave_all = [&](Count first, Count last) {
    leave_from(replica.values, replica.is_up, first, last);
    leave_from(replica.late, !replica.is_up, first, last);
  };
  leave_all(after + 1, clock);
  for (const auto& [first, last] : part.cloud.ranges()) leave_all(first, last);
}
//! [leave]

//! [join]
/// A presence that the other has and whose operation is unknown here has joined. Its operation is
/// known from now on, even if the other does not list it; otherwise it would join again.
void SharedState::join(Replica& replica, const Part& part, Diffs& diffs) {
  for (const auto& [count, value] : part.values) {
    if (count <= replica.clock || replica.cloud.contains(count)) continue;
    replica.values.emplace(count, value);
    replica.cloud.insert(count);
    if (replica.is_up) list(replica.number, count, *value, diffs);
  }
}
//! [join]

// --- Sending -------------------------------------------------------------------------------------

Clocks SharedState::clocks() const {
  Clocks clocks;
  for (const auto& [ref, replica] : replicas_) {
    if (replica.is_up) clocks.emplace_hint(clocks.end(), ref, replica.clock);
  }
  return clocks;
}

Clocks SharedState::known() const {
  Clocks clocks;
  for (const auto& [ref, replica] : replicas_) {
    clocks.emplace_hint(clocks.end(), ref, replica.clock);
  }
  return clocks;
}

Delta SharedState::take_delta() {
  const Clocks now{{self_, own_.clock}};
  return std::exchange(delta_, Delta{self_, {}, {}, now, now});
}

Snapshot SharedState::extract(const Clocks& clocks) const {
  Snapshot snapshot = head(clocks);
  for (auto& [ref, part] : snapshot.parts) {
    const Replica& replica = replicas_.at(ref);
    part.values = replica.values;
    part.values.insert(replica.late.begin(), replica.late.end());
  }
  return snapshot;
}

Snapshot SharedState::head(const Clocks& clocks) const {
  Snapshot head{self_, {}, {}};
  for (const auto& [ref, replica] : replicas_) {
    head.is_up.emplace(ref, replica.is_up);
    if (!clocks.contains(ref)) continue;
    head.context.emplace(ref, replica.clock);
    head.parts.emplace(ref, Part{replica.cloud, {}});
  }
  return head;
}

std::size_t SharedState::presences(const Clocks& clocks) const {
  std::size_t count = 0;
  for (const auto& [ref, replica] : replicas_) {
    if (clocks.contains(ref)) count += replica.values.size() + replica.late.size();
  }
  return count;
}

Count SharedState::clock_of(const ReplicaRef& ref) const { return replicas_.at(ref).clock; }

Snapshot SharedState::page(const Clocks& after, PageSize room) const {
  Snapshot page{self_, {}, {}, {}, after};
  for (const auto& [ref, count] : after) {
    const auto found = replicas_.find(ref);
    if (found == replicas_.end()) continue;
    if (room.presences == 0 || room.bytes == 0) break;
    Part& part = page.parts[ref];
    const Count last = fill(part, found->second, count, room);
    page.context.emplace(ref, last);
    if (last >= found->second.clock) part.cloud = found->second.cloud;
  }
  return page;
}

/// Returns the last operation covered. Operations beyond a gap are few, and do not count.
Count SharedState::fill(Part& part, const Replica& replica, Count after, PageSize& room) {
  auto next = replica.values.upper_bound(after), late = replica.late.upper_bound(after);
  const auto is_next = [&] {
    return late == replica.late.end() ||
           (next != replica.values.end() && next->first < late->first);
  };
  Count last = after;
  while (next != replica.values.end() || late != replica.late.end()) {
    const auto& [count, value] = is_next() ? *next++ : *late++;
    if (count <= replica.clock) {
      if (room.presences == 0 || room.bytes == 0) return last;
      --room.presences;
      room.bytes -= std::min(room.bytes, size_of(*value));
      last = count;
    }
    part.values.emplace_hint(part.values.end(), count, value);
  }
  return replica.clock;
}

}  // namespace phx::presence
