/// \file
/// A set of numbers, kept as the ranges that they form.
#include "conformance/load/soak/numbers.h"

#include <algorithm>

namespace phx::soak {

void Numbers::add(std::uint64_t from, std::uint64_t below) {
  if (from >= below) return;
  auto next = ranges_.upper_bound(from);
  if (next != ranges_.begin() && std::prev(next)->second >= from) --next;
  while (next != ranges_.end() && next->first <= below) {
    from = std::min(from, next->first);
    below = std::max(below, next->second);
    next = ranges_.erase(next);
  }
  ranges_.emplace_hint(next, from, below);
}

std::uint64_t Numbers::count() const {
  std::uint64_t sum = 0;
  for (const auto& [from, below] : ranges_) sum += below - from;
  return sum;
}

Numbers Numbers::gaps(std::uint64_t below) const {
  Numbers all;
  std::uint64_t from = 0;
  for (const auto& [first, end] : ranges_) {
    all.add(from, std::min(first, below));
    from = end;
  }
  all.add(from, below);
  return all;
}

std::optional<std::uint64_t> Numbers::shares(const Numbers& other) const {
  auto mine = ranges_.begin();
  auto theirs = other.ranges_.begin();
  while (mine != ranges_.end() && theirs != other.ranges_.end()) {
    const std::uint64_t from = std::max(mine->first, theirs->first);
    if (from < std::min(mine->second, theirs->second)) return from;
    ++(mine->second < theirs->second ? mine : theirs);
  }
  return std::nullopt;
}

}  // namespace phx::soak
