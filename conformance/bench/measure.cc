/// \file
/// The clock and the processor meters around a case.
#include "conformance/bench/measure.h"

#include <fmt/format.h>

#include <ctime>

namespace phx::bench {
namespace {

constexpr std::uint64_t descriptors_aside = 64;  // listeners, logs, epoll, the standard three

double own_cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

std::optional<double> cpu_seconds(const Target& target) {
  const auto usage = target.pid ? usage_of(*target.pid) : std::nullopt;
  return usage ? std::optional{usage->cpu_seconds} : std::nullopt;
}

}  // namespace

Result skipped(std::string why) {
  Result result;
  result.skipped = std::move(why);
  return result;
}

Result timed(const Context& context, Tally& tally, const std::function<void(Millis)>& go) {
  go(context.warm_up);
  tally = {};
  const auto cpu_before = cpu_seconds(context.target);
  const auto own_before = own_cpu_seconds();
  const auto began = Clock::now();
  go(context.window);
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  const auto cpu_after = cpu_seconds(context.target);
  Result result;
  result.figure = static_cast<double>(tally.count) / seconds;
  result.latency = percentiles(tally.latencies);
  result.client_busy = (own_cpu_seconds() - own_before) / seconds;
  if (cpu_before && cpu_after && tally.count > 0)
    result.cpu_us = (*cpu_after - *cpu_before) * 1e6 / static_cast<double>(tally.count);
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
