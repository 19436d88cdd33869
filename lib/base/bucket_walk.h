#pragma once
/// \file
/// A walk over a hash table in bounded steps, between which the table may change.

#include <algorithm>
#include <cstddef>

namespace phx {

/// Goes by the table's buckets, whose order stays while it does not grow. What comes or goes during
/// the walk may be visited or not; the rest is visited once. If the table grows, the walk begins
/// again. A value.
class BucketWalk {
 public:
  /// What a step may cost. A bucket holds one item on average, and none after a crowd has left.
  static constexpr std::size_t items_a_step = 256;
  static constexpr std::size_t buckets_a_step = 4'096;

  /// Passes the next items to `visit`; calls `begun_again` first if what was visited must be
  /// forgotten. False: all were visited.
  template <class Table, class Visit, class BegunAgain>
  bool step(const Table& table, const Visit& visit, const BegunAgain& begun_again) {
    if (buckets_ != table.bucket_count()) {
      if (buckets_ > 0) begun_again();
      buckets_ = table.bucket_count();
      next_ = 0;
    }
    const std::size_t end = std::min(buckets_, next_ + buckets_a_step);
    for (std::size_t visited = 0; next_ < end && visited < items_a_step; ++next_) {
      for (auto item = table.begin(next_); item != table.end(next_); ++item, ++visited) {
        visit(*item);
      }
    }
    return next_ < buckets_;
  }

 private:
  std::size_t buckets_ = 0;  ///< As they were when the walk began; 0: it has not begun.
  std::size_t next_ = 0;
};

}  // namespace phx
