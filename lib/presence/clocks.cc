/// Compares and merges replicas' clocks.

#include "presence/clocks.h"

#include <algorithm>

namespace phx::presence {
namespace {

Count at(const Clocks& clocks, const ReplicaRef& replica) {
  const auto found = clocks.find(replica);
  return found == clocks.end() ? 0 : found->second;
}

template <class Choose>
Clocks merged(Clocks a, const Clocks& b, Choose choose) {
  for (const auto& [replica, clock] : b) {
    const auto [found, is_new] = a.try_emplace(replica, clock);
    if (!is_new) found->second = choose(found->second, clock);
  }
  return a;
}

}  // namespace

bool dominates(const Clocks& a, const Clocks& b) {
  if (a.size() < b.size()) return false;
  return std::all_of(b.begin(), b.end(), [&](const auto& one) {
    const auto& [replica, clock] = one;
    return at(a, replica) >= clock;
  });
}

bool dominates_or_equal(const Clocks& a, const Clocks& b) {
  if (a.empty()) return b.empty();
  return std::all_of(a.begin(), a.end(), [&](const auto& one) {
    const auto& [replica, clock] = one;
    return clock >= at(b, replica);
  });
}

Clocks upper_bound(Clocks a, const Clocks& b) {
  return merged(std::move(a), b, [](Count x, Count y) { return std::max(x, y); });
}

Clocks lower_bound(Clocks a, const Clocks& b) {
  return merged(std::move(a), b, [](Count x, Count y) { return std::min(x, y); });
}

Clocks shared(const Clocks& clocks, const Clocks& known) {
  Clocks both;
  for (const auto& one : clocks) {
    if (known.contains(one.first)) both.insert(both.end(), one);
  }
  return both;
}

void append(std::vector<ReplicaClocks>& set, ReplicaClocks heard) {
  if (heard.clocks.empty()) return;
  Clocks all;
  for (const ReplicaClocks& one : set) all = upper_bound(std::move(all), one.clocks);
  if (dominates(all, heard.clocks) && !dominates(heard.clocks, all)) return;
  std::erase_if(set, [&](const ReplicaClocks& one) { return dominates(heard.clocks, one.clocks); });
  set.push_back(std::move(heard));
}

}  // namespace phx::presence
