/// \file
/// What a case is given and what it brings back; the clock and the processor meters around it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "conformance/load/client/histogram.h"
#include "conformance/load/client/loop.h"
#include "conformance/load/client/target.h"
#include "conformance/load/client/usage.h"

namespace phx::bench {

/// Lent to a case for one run.
struct Context {
  Loop& loop;
  const Target& target;
  Millis window;                   ///< How long to measure, after the warm-up.
  std::uint64_t descriptor_limit;  ///< Of this process.
  Millis warm_up{500};             ///< What happens before is not counted.
  const Target* other = nullptr;   ///< Another node of the same cluster, if there is one.
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
  std::optional<double> cpu_us;    ///< Server CPU microseconds a message, if its pid is known.
  /// This process's share of one core: near 1, it is the limit.
  std::optional<double> client_busy;
  /// The same of all that is neither the server nor we: what disturbed the measurement.
  std::optional<double> others_busy;
  std::optional<double> rate;  ///< Messages a second that were answered, where `figure` is no rate.
  bool saturated = false;      ///< The server did not keep up with an open loop.
  /// What the kernel holds for one end of a connection, beside the server's own memory.
  std::optional<double> kernel_bytes;
  std::string skipped;  ///< Why there is no figure; empty when there is one.
};

Result skipped(std::string why);

/// Whether something else was so busy that the figure is not to be trusted.
bool disturbed(const Result& result);

/// What happened while the clock ran. A value.
struct Tally {
  std::uint64_t count = 0;
  Histogram latencies;
};

/// Lets the case `go` on for a warm-up, then for the window, and counts what `tally` got in the
/// window alone. The figure is the count a second.
Result timed(const Context& context, Tally& tally, const std::function<void(Millis)>& go);

Latency percentiles(const Histogram& histogram);

/// A sentence that says why `connections` more can't be opened, or nothing when they can.
std::string too_many(const Context& context, std::uint64_t connections);

}  // namespace phx::bench
