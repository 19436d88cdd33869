/// \file
/// A case's input and result, and the clock and the processor meters around it.
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

/// How long a case waits without progress before it fails. The failures name these 5 s.
constexpr Millis patience{5'000};

/// Lent to a case for one run.
struct Context {
  Loop& loop;
  const Target& target;
  Millis window;                   ///< How long to measure, after the warm-up.
  std::uint64_t descriptor_limit;  ///< Of this process.
  Millis warm_up{500};             ///< Earlier events are not counted.
  const Target* other = nullptr;   ///< Another node of the same cluster, if there is one.
};

/// Percentiles in microseconds.
struct Latency {
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
};

/// The result of one run of one case. A value.
struct Result {
  double figure = 0;               ///< In the case's own unit: a rate, a size or a time.
  std::optional<Latency> latency;  ///< If they apply.
  std::optional<double> cpu_us;    ///< Server CPU microseconds a message, if its pid is known.
  /// This process's share of one core: near 1, the client is the limit.
  std::optional<double> client_busy;
  /// The same for all other processes, which disturb the measurement.
  std::optional<double> others_busy;
  std::optional<double> rate;  ///< Messages answered a second, if `figure` is not a rate.
  bool saturated = false;      ///< The server did not keep up with an open loop.
  /// The kernel's memory for one end of a connection, besides the server's own.
  std::optional<double> kernel_bytes;
  std::string skipped;  ///< Why there is no figure; empty if there is one.
};

Result skipped(std::string why);

/// Whether other processes were so busy that the figure can't be trusted.
bool disturbed(const Result& result);

/// The counts while the clock ran. A value.
struct Tally {
  std::uint64_t count = 0;
  Histogram latencies;
};

/// Runs the case with `go` for a warm-up, then for the window, and counts only what `tally` got in
/// the window. The figure is the count a second.
Result timed(const Context& context, Tally& tally, const std::function<void(Millis)>& go);

Latency percentiles(const Histogram& histogram);

/// A sentence that says why `connections` more can't be opened, or nothing if they can.
std::string too_many(const Context& context, std::uint64_t connections);

}  // namespace phx::bench
