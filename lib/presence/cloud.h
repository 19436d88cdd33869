#pragma once
/// \file
/// A set of one replica's operations, kept as ranges: most of them follow on each other.

#include <cstddef>
#include <map>

#include "presence/replica_ref.h"

namespace phx::presence {

class Cloud {
 public:
  void insert(Count count) { insert(count, count); }
  /// From `first` to `last`, both included. REQUIRES: first <= last.
  void insert(Count first, Count last);
  void insert(const Cloud& other);
  bool contains(Count count) const;
  bool empty() const { return size_ == 0; }
  /// How many operations, not ranges.
  std::size_t size() const { return size_; }

  /// What is known of a replica whose operations are known up to `clock`, and those in this set:
  /// the clock of those without a gap. The set keeps only what lies beyond it.
  Count compact(Count clock);

  /// Each range's last by its first.
  const std::map<Count, Count>& ranges() const { return ranges_; }
  bool operator==(const Cloud& other) const { return ranges_ == other.ranges_; }

 private:
  std::map<Count, Count> ranges_;  // apart from each other by one at least
  std::size_t size_ = 0;
};

}  // namespace phx::presence
