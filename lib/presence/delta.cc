/// Joins consecutive deltas.

#include "presence/delta.h"

#include <algorithm>
#include <limits>

namespace phx::presence {
namespace {

/// Beyond all operations.
constexpr Count any_count = std::numeric_limits<Count>::max();

Cloud between(const Cloud& cloud, Count first, Count last) {
  Cloud found;
  for (const auto& [from, to] : cloud.ranges()) {
    if (to >= first && from <= last) found.insert(std::max(from, first), std::min(to, last));
  }
  return found;
}

/// Whether a delta covers this operation.
bool knows(const Delta& delta, const ReplicaRef& replica, Count count) {
  const auto clock = delta.context.find(replica);
  if (clock != delta.context.end() && clock->second >= count) return true;
  const auto part = delta.parts.find(replica);
  return part != delta.parts.end() && part->second.cloud.contains(count);
}

bool has_value(const Delta& delta, const ReplicaRef& replica, Count count) {
  const auto part = delta.parts.find(replica);
  return part != delta.parts.end() && part->second.values.contains(count);
}

bool follow_on_each_other(const Delta& a, const Delta& b) {
  return dominates_or_equal(b.end, a.start) && dominates_or_equal(a.end, b.start);
}

/// Drops the presences that have left by `later`: it covers their operations, but lacks the
/// presences.
void drop_left(Delta& delta, const Delta& later) {
  for (auto& [replica, part] : delta.parts) {
    const auto clock = later.context.find(replica);
    const auto theirs = later.parts.find(replica);
    const auto drop = [&, &whose = replica](auto from, auto to) {
      while (from != to) {
        from = has_value(later, whose, from->first) ? std::next(from) : part.values.erase(from);
      }
    };
    if (clock != later.context.end()) {
      drop(part.values.begin(), part.values.upper_bound(clock->second));
    }
    if (theirs == later.parts.end()) continue;
    for (const auto& [first, last] : theirs->second.cloud.ranges()) {
      drop(part.values.lower_bound(first), part.values.upper_bound(last));
    }
  }
}

}  // namespace

bool Delta::empty() const {
  return std::all_of(parts.begin(), parts.end(),
                     [](const auto& one) { return one.second.cloud.empty(); });
}

std::size_t Delta::size() const {
  std::size_t size = 0;
  for (const auto& [ref, part] : parts) size += part.cloud.size() + part.values.size();
  return size;
}

Delta Delta::extract(const Clocks& clocks) const {
  Delta extracted{replica, context, {}, shared(start, clocks), shared(end, clocks)};
  for (const auto& [ref, part] : parts) {
    if (clocks.contains(ref)) extracted.parts.emplace(ref, part);
  }
  return extracted;
}

void Delta::forget(const ReplicaRef& gone) {
  parts.erase(gone);
  start.erase(gone);
  end.erase(gone);
  context.erase(gone);
}

bool Delta::merge(const Delta& other) {
  if (!follow_on_each_other(*this, other)) return false;
  Parts joined;  // what `other` adds
  for (const auto& [ref, part] : other.parts) {
    for (const auto& [count, value] : part.values) {
      if (!knows(*this, ref, count)) joined[ref].values.emplace(count, value);
    }
  }
  drop_left(*this, other);
  for (const auto& [ref, part] : other.parts) parts[ref].cloud.insert(part.cloud);
  for (auto& [ref, part] : joined) parts[ref].values.merge(part.values);
  start = lower_bound(std::move(start), other.start);
  end = upper_bound(std::move(end), other.end);
  return true;
}

/// A slice covers some consecutive operations: its context covers all up to a presence of the
/// slice, and `after` excludes those of earlier slices.
std::vector<Snapshot> sliced(Snapshot snapshot, std::size_t size) {
  std::size_t presences = 0;
  for (const auto& [ref, clock] : snapshot.context) snapshot.parts[ref];
  for (const auto& [ref, part] : snapshot.parts) presences += part.values.size();
  if (presences <= size) return {std::move(snapshot)};
  std::vector<Snapshot> slices;
  std::size_t room = 0;
  for (auto& [ref, part] : snapshot.parts) {
    const Count clock = snapshot.context[ref];
    const auto after = snapshot.after.find(ref);
    for (Count said = after == snapshot.after.end() ? 0 : after->second; said != any_count;) {
      if (room == 0) {
        slices.push_back({snapshot.replica, {}, {}, snapshot.is_up});
        room = size;
      }
      Snapshot& slice = slices.back();
      Part& own = slice.parts[ref];
      slice.after[ref] = std::min(said, clock);
      for (; room > 0 && !part.values.empty(); --room) {
        own.values.insert(own.values.end(), part.values.extract(part.values.begin()));
      }
      const Count last = part.values.empty() ? any_count : own.values.rbegin()->first;
      slice.context[ref] = std::min(last, clock);
      own.cloud = between(part.cloud, said + 1, last);
      said = last;
    }
  }
  return slices;
}

}  // namespace phx::presence
