/// \file
/// Collects latencies by the million and answers with percentiles, to within two in a hundred.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace phx::bench {

/// A value. Buckets grow with the latency: 64 for each power of two.
class Histogram {
 public:
  void add(std::chrono::nanoseconds latency);
  std::uint64_t count() const { return count_; }
  /// The latency, in microseconds, that `share` (0 to 1) of all stayed within.
  double microseconds_at(double share) const;

 private:
  static constexpr unsigned bits = 6;
  static constexpr unsigned powers = 40;  // 2^40 ns is eighteen minutes

  std::array<std::uint32_t, powers << bits> buckets_{};
  std::uint64_t count_ = 0;
};

}  // namespace phx::bench
