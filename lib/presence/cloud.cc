/// Joins and cuts ranges.

#include "presence/cloud.h"

#include <algorithm>
#include <iterator>

namespace phx::presence {

void Cloud::insert(Count first, Count last) {
  auto next = ranges_.upper_bound(first);
  if (next != ranges_.begin() && std::prev(next)->second >= first - 1) {
    --next;
    first = next->first;
    last = std::max(last, next->second);
  }
  while (next != ranges_.end() && next->first - 1 <= last) {
    last = std::max(last, next->second);
    size_ -= next->second - next->first + 1;
    next = ranges_.erase(next);
  }
  ranges_.emplace_hint(next, first, last);
  size_ += last - first + 1;
}

void Cloud::insert(const Cloud& other) {
  for (const auto& [first, last] : other.ranges_) insert(first, last);
}

bool Cloud::contains(Count count) const {
  const auto next = ranges_.upper_bound(count);
  return next != ranges_.begin() && std::prev(next)->second >= count;
}

Count Cloud::compact(Count clock) {
  while (!ranges_.empty() && ranges_.begin()->first <= clock + 1) {
    const auto [first, last] = *ranges_.begin();
    clock = std::max(clock, last);
    size_ -= last - first + 1;
    ranges_.erase(ranges_.begin());
  }
  return clock;
}

}  // namespace phx::presence
