/// Operations of one's own, and those that others tell of.

#include "presence/shared_state.h"

#include <algorithm>
#include <set>
#include <utility>

namespace phx::presence {
namespace {

/// Serials of processes do not come so far in 4,000 years.
constexpr std::uint64_t foreign_serial = std::uint64_t{1} << 57;
constexpr unsigned count_bits = 45;

/// Under which name the list has another replica's presence.
process::Pid name_of(std::uint64_t replica, Count count) {
  const Count low = count & ((Count{1} << count_bits) - 1);
  return {0, foreign_serial | replica << count_bits | low};
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

/// The operation that brought it is among those of the delta, and so is the one by which it leaves.
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

bool SharedState::replica_up(const ReplicaRef& ref, Diffs& joins) {
  auto found = replicas_.find(ref);
  if (found == replicas_.end()) {
    if (replicas_.size() >= max_replicas) return false;
    const std::uint64_t number = free_number();
    found = replicas_.try_emplace(ref).first;
    found->second.number = number;
  }
  Replica& replica = found->second;
  if (std::exchange(replica.is_up, true)) return true;
  for (const auto& [count, value] : replica.values) list(replica, count, *value, joins);
  return true;
}

Diffs SharedState::replica_down(const ReplicaRef& ref) {
  Diffs leaves;
  const auto found = replicas_.find(ref);
  if (found == replicas_.end() || ref == self_) return leaves;
  Replica& replica = found->second;
  if (!std::exchange(replica.is_up, false)) return leaves;
  for (const auto& [count, value] : replica.values) unlist(replica, count, *value, leaves);
  return leaves;
}

void SharedState::forget(const ReplicaRef& ref) {
  if (ref == self_) return;
  replicas_.erase(ref);
  delta_.forget(ref);
}

std::uint64_t SharedState::free_number() const {
  std::set<std::uint64_t> taken;
  for (const auto& [ref, replica] : replicas_) taken.insert(replica.number);
  std::uint64_t number = 0;
  while (taken.contains(number)) ++number;
  return number;
}

/// Adds what has come to the list, and to the diff what it made of it.
void SharedState::list(const Replica& replica, Count count, const Value& value, Diffs& diffs) {
  Meta meta = value.meta;
  meta.pid = name_of(replica.number, count);
  add(diffs[value.topic].joins, list_.track(value.topic, value.key, std::move(meta)).joins);
}

void SharedState::unlist(const Replica& replica, Count count, const Value& value, Diffs& diffs) {
  const process::Pid pid = name_of(replica.number, count);
  add(diffs[value.topic].leaves, list_.untrack(value.topic, value.key, pid).leaves);
}

Diffs SharedState::merge(const Parts& parts, const Clocks& context) {
  static const Part nothing;
  Diffs diffs;
  for (auto& [ref, replica] : replicas_) {
    if (ref == self_) continue;  // nobody knows more of it
    const auto part = parts.find(ref);
    const auto clock = context.find(ref);
    const Part& theirs = part == parts.end() ? nothing : part->second;
    const Count up_to = clock == context.end() ? 0 : clock->second;
    leave(ref, replica, theirs, up_to, diffs);
    join(replica, theirs, diffs);
    replica.cloud.insert(theirs.cloud);
    replica.clock = replica.cloud.compact(std::max(replica.clock, up_to));
  }
  return diffs;
}

//! [leave]
/// What the others know of and do not have has left.
void SharedState::leave(const ReplicaRef& ref, Replica& replica, const Part& part, Count clock,
                        Diffs& diffs) {
  const auto leave_all = [&](auto from, auto to) {
    while (from != to) {
      if (part.values.contains(from->first)) {
        ++from;
        continue;
      }
      if (replica.is_up) unlist(replica, from->first, *from->second, diffs);
      delta_.parts[ref].cloud.insert(from->first);
      from = replica.values.erase(from);
    }
  };
  leave_all(replica.values.begin(), replica.values.upper_bound(clock));
  for (const auto& [first, last] : part.cloud.ranges()) {
    leave_all(replica.values.lower_bound(first), replica.values.upper_bound(last));
  }
}
//! [leave]

//! [join]
/// What the others have and was not known here has come. It is known from now on, whether the
/// others say so or not: else it would come again.
void SharedState::join(Replica& replica, const Part& part, Diffs& diffs) {
  for (const auto& [count, value] : part.values) {
    if (count <= replica.clock || replica.cloud.contains(count)) continue;
    replica.values.emplace(count, value);
    replica.cloud.insert(count);
    if (replica.is_up) list(replica, count, *value, diffs);
  }
}
//! [join]

// --- What others are sent ----------------------------------------------------------------------

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
  Snapshot snapshot{self_, {}, {}, {}};
  for (const auto& [ref, replica] : replicas_) {
    snapshot.is_up.emplace(ref, replica.is_up);
    if (!clocks.contains(ref)) continue;
    snapshot.context.emplace(ref, replica.clock);
    snapshot.parts.emplace(ref, Part{replica.cloud, replica.values});
  }
  return snapshot;
}

}  // namespace phx::presence
