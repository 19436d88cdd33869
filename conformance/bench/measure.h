/// \file
/// What a case is given and what it brings back; the clock and the processor meter around it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "conformance/bench/histogram.h"
#include "conformance/bench/loop.h"
#include "conformance/bench/target.h"
#include "conformance/bench/usage.h"

namespace phx::bench {

/// Lent to a case for one run.
struct Context {
  Loop& loop;
  const Target& target;
  Millis window;                   ///< How long to measure, after the warm-up.
  std::uint64_t descriptor_limit;  ///< Of this process.
};

/// Percentiles in microseconds.
struct Latency {
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
};

/// What one run of one case found. A value.
struct Result {
  double figure = 0;               ///< In the case's own unit: a rate, a size or a time.
  std::optional<Latency> latency;  ///< Where it makes sense.
  std::optional<double> cpu_us;    ///< Server CPU microseconds a message, when its pid is known.
  std::string skipped;             ///< Why there is no figure; empty when there is one.
};

/// The server's processor time between begin() and end(). A value.
class Meter {
 public:
  explicit Meter(const Target& target) : pid_(target.pid) {}
  void begin();
  void end();
  double seconds() const { return seconds_; }
  /// Server CPU microseconds for each of `messages`.
  std::optional<double> cpu_us_each(std::uint64_t messages) const;

 private:
  std::optional<pid_t> pid_;
  std::optional<Usage> before_;
  std::optional<double> cpu_seconds_;
  Instant began_;
  double seconds_ = 0;
};

Latency percentiles(const Histogram& histogram);

/// A sentence that says why `connections` more can't be opened, or nothing when they can.
std::string too_many(const Context& context, std::uint64_t connections);

}  // namespace phx::bench
