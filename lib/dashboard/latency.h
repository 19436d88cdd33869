#pragma once
/// \file
/// How long handlers took in the last second: counts in buckets, four to each doubling.

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>

namespace phx::dashboard {

/// Any thread adds; one takes. A percentile is at most a quarter too large.
class Latency {
 public:
  void add(std::chrono::nanoseconds duration) {
    counts_[bucket_of(duration)].fetch_add(1, std::memory_order_relaxed);
  }

  struct Second {
    std::uint64_t count = 0;
    std::uint64_t p50 = 0, p99 = 0;  ///< Microseconds.
  };
  /// What was added since the last call.
  Second take() {
    std::array<std::uint64_t, buckets> second{};
    Second taken;
    for (std::size_t i = 0; i < buckets; ++i) {
      second[i] = counts_[i].exchange(0, std::memory_order_relaxed);
      taken.count += second[i];
    }
    taken.p50 = percentile(second, taken.count, 50);
    taken.p99 = percentile(second, taken.count, 99);
    return taken;
  }

 private:
  static constexpr std::size_t a_doubling = 4;
  static constexpr std::size_t buckets = 26 * a_doubling;  // a microsecond to a minute

  static std::size_t bucket_of(std::chrono::nanoseconds duration) {
    const auto micros =
        static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::microseconds>(duration).count());
    if (micros < a_doubling) return micros;
    const auto doublings = static_cast<std::size_t>(std::bit_width(micros)) - 3;
    const std::size_t bucket = (doublings + 1) * a_doubling + ((micros >> doublings) & 3);
    return std::min(bucket, buckets - 1);
  }
  /// The largest duration of a bucket.
  static std::uint64_t end_of(std::size_t bucket) {
    if (bucket < a_doubling) return bucket;
    const std::size_t doublings = bucket / a_doubling - 1;
    return ((a_doubling + bucket % a_doubling + 1) << doublings) - 1;
  }
  static std::uint64_t percentile(const std::array<std::uint64_t, buckets>& counts,
                                  std::uint64_t all, std::uint64_t percent) {
    std::uint64_t left = (all * percent + 99) / 100;
    if (left == 0) return 0;
    for (std::size_t i = 0; i < buckets; ++i) {
      if (counts[i] >= left) return end_of(i);
      left -= counts[i];
    }
    return end_of(buckets - 1);
  }

  std::array<std::atomic<std::uint64_t>, buckets> counts_{};
};

}  // namespace phx::dashboard
