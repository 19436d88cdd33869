/// \file
/// The clock and the processor meters around a case.
#include "conformance/load/bench/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace phx::bench {
namespace {

// A share of one core. The kernel's own threads, and rounding to ticks of 10 ms, stay below it.
constexpr double disturbing = 0.1;
constexpr std::uint64_t descriptors_aside = 64;  // listeners, logs, epoll, the standard three

double own_cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

std::optional<double> cpu_seconds(const Target& target) {
  return target.pid ? cpu_seconds_of(*target.pid) : std::nullopt;
}

/// What has been used so far, in seconds.
struct Meters {
  explicit Meters(const Target& target)
      : server(cpu_seconds(target)), machine(machine_busy_seconds()) {}
  std::optional<double> server;
  double machine = 0;
  double own = own_cpu_seconds();
  Instant now = Clock::now();
};

}  // namespace

Result skipped(std::string why) {
  Result result;
  result.skipped = std::move(why);
  return result;
}

bool disturbed(const Result& result) { return result.others_busy.value_or(0) > disturbing; }

Result timed(const Context& context, Tally& tally, const std::function<void(Millis)>& go) {
  go(context.warm_up);
  tally = {};
  const Meters before{context.target};
  go(context.window);
  const Meters after{context.target};
  const double seconds = std::chrono::duration<double>(after.now - before.now).count();
  const double own = after.own - before.own;
  Result result;
  result.figure = static_cast<double>(tally.count) / seconds;
  result.latency = percentiles(tally.latencies);
  result.client_busy = own / seconds;
  if (!before.server || !after.server) return result;
  const double server = *after.server - *before.server;
  if (tally.count > 0) result.cpu_us = server * 1e6 / static_cast<double>(tally.count);
  result.others_busy = std::max(0.0, (after.machine - before.machine - server - own) / seconds);
  return result;
}

Latency percentiles(const Histogram& histogram) {
  return {histogram.microseconds_at(0.5), histogram.microseconds_at(0.99),
          histogram.microseconds_at(0.999)};
}

std::string too_many(const Context& context, std::uint64_t connections) {
  const auto needed = connections + descriptors_aside;
  if (context.descriptor_limit < needed)
    return fmt::format("this client may open {} descriptors, {} are needed",
                       context.descriptor_limit, needed);
  const auto& pid = context.target.pid;
  const auto server_limit = pid ? descriptor_limit_of(*pid) : std::nullopt;
  if (server_limit && *server_limit < needed)
    return fmt::format("the server may open {} descriptors, {} are needed", *server_limit, needed);
  return {};
}

}  // namespace phx::bench
