#pragma once
/// \file
/// A set of one replica's operations, kept as ranges, because most are consecutive.

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
  /// The number of operations, not of ranges.
  std::size_t size() const { return size_; }

  /// Merges the set with the operations up to `clock`: returns the clock up to which there is no
  /// gap. The set keeps only the operations beyond it.
  Count compact(Count clock);

  /// Each range's last by its first.
  const std::map<Count, Count>& ranges() const { return ranges_; }
  bool operator==(const Cloud& other) const { return ranges_ == other.ranges_; }

 private:
  std::map<Count, Count> ranges_;  // with a gap of at least one between ranges
  std::size_t size_ = 0;
};

}  // namespace phx::presence
