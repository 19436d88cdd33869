/// \file
/// Waves of connections that connect, join and close: afterwards memory must be back at its base.
#include "conformance/load/soak/churn.h"

#include <fmt/format.h>

#include "conformance/load/client/crowd.h"
#include "conformance/load/client/error.h"
#include "conformance/load/client/usage.h"
#include "conformance/load/soak/samples.h"

namespace phx::soak {
namespace {

using bench::Millis;

// The first connections pay for what a server allocates once.
constexpr std::size_t first_few = 100;
constexpr Millis settling{500};
constexpr Millis patience{10'000};
// What a wave may leave: a fifth of its memory, or 2 MiB if that is more. Tables that were once
// large stay large, and an allocator keeps some memory.
constexpr double left_share = 0.2;
constexpr double left_bytes = 2.0 * 1024 * 1024;
constexpr std::size_t other_descriptors = 64;

double resident(const bench::Target& target) {
  const auto bytes = bench::resident_bytes_of(*target.pid);
  if (!bytes) throw bench::Failure(fmt::format("process {} no longer exists", *target.pid));
  return static_cast<double>(*bytes);
}

/// One wave, all the way up and down again. Returns the memory at its height.
double wave(bench::Loop& loop, const bench::Target& target, std::size_t size) {
  bench::Crowd crowd{loop, target};
  crowd.grow(size,
             [](std::size_t i, std::size_t) { return fmt::format("conformance:churn{}", i); });
  const double height = resident(target);
  crowd.leave();
  return height;
}

/// The memory after the server has had time to release it.
double settled(bench::Loop& loop, const bench::Target& target, double enough) {
  const auto end = bench::Clock::now() + patience;
  loop.pause(settling);
  double now = resident(target);
  while (now > enough && bench::Clock::now() < end) {
    loop.pause(settling);
    now = resident(target);
  }
  return now;
}

}  // namespace

bool churn(const bench::Target& target, std::size_t waves, std::size_t wave_size) {
  const auto limit = bench::raise_descriptor_limit();
  if (limit < wave_size + other_descriptors) {
    throw bench::Failure(
        fmt::format("{} connections need as many descriptors, and {} may be open: "
                    "raise `ulimit -Hn`, or ask for a smaller --wave-size",
                    wave_size, limit));
  }
  bench::Loop loop;
  wave(loop, target, first_few);
  const double base = settled(loop, target, 0);
  bool returned = true;
  double first_left = 0;
  for (std::size_t i = 1; i <= waves; ++i) {
    const double height = wave(loop, target, wave_size);
    double allowed = std::max(left_bytes, left_share * (height - base));
    // And the rest does not grow with each wave.
    if (i > 1) allowed = std::min(allowed, first_left + left_bytes);
    const double after = settled(loop, target, base + allowed);
    if (i == 1) first_left = after - base;
    const bool well = after - base <= allowed;
    returned = returned && well;
    fmt::print(stderr,
               "wave {}: base {}, with {} connections {}, afterwards {}: {} {} left, {} allowed\n",
               i, megabytes(base), wave_size, megabytes(height), megabytes(after), well ? "✓" : "✗",
               megabytes(after - base), megabytes(allowed));
  }
  return returned;
}

}  // namespace phx::soak
