/// \file
/// The clock and the processor meter around a case.
#include "conformance/bench/measure.h"

#include <fmt/format.h>

namespace phx::bench {
namespace {

constexpr std::uint64_t descriptors_aside = 64;  // listeners, logs, epoll, the standard three

}  // namespace

void Meter::begin() {
  if (pid_) before_ = usage_of(*pid_);
  began_ = Clock::now();
}

void Meter::end() {
  seconds_ = std::chrono::duration<double>(Clock::now() - began_).count();
  if (!before_) return;
  if (const auto after = usage_of(*pid_)) cpu_seconds_ = after->cpu_seconds - before_->cpu_seconds;
}

std::optional<double> Meter::cpu_us_each(std::uint64_t messages) const {
  if (!cpu_seconds_ || messages == 0) return std::nullopt;
  return *cpu_seconds_ * 1e6 / static_cast<double>(messages);
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
