/// \file
/// Collects latencies by the million and answers with percentiles.
#include "conformance/load/client/histogram.h"

#include <algorithm>
#include <bit>

namespace phx::bench {

void Histogram::add(std::chrono::nanoseconds latency) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 1));
  // The leading bit picks the power, the next six the bucket within it.
  const auto width = static_cast<unsigned>(std::bit_width(value));
  const auto shift = width > bits + 1 ? width - bits - 1 : 0U;
  const auto index = (static_cast<std::size_t>(shift) << bits) + (value >> shift);
  ++buckets_[std::min(index, buckets_.size() - 1)];
  ++count_;
}

double Histogram::microseconds_at(double share) const {
  const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen <= wanted || buckets_[i] == 0) continue;
    const auto shift = i < (2U << bits) ? 0U : static_cast<unsigned>(i >> bits) - 1;
    const auto value = static_cast<std::uint64_t>(i - (static_cast<std::size_t>(shift) << bits));
    return static_cast<double>(value << shift) / 1'000.0;
  }
  return 0;
}

}  // namespace phx::bench
