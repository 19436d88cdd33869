/// \file
/// The server's memory for each connection that joins and then is silent.
#include <fmt/format.h>

#include "conformance/load/bench/cases.h"
#include "conformance/load/bench/probe.h"
#include "conformance/load/client/crowd.h"
#include "conformance/load/client/error.h"

namespace phx::bench {
namespace {

// The first connections pay for what a server allocates once; they are not counted.
constexpr std::size_t first_few = 100;
constexpr Millis settling{500};

std::uint64_t resident(pid_t pid) {
  const auto bytes = resident_bytes_of(pid);
  if (!bytes) throw Failure(fmt::format("there is no process {}", pid));
  return *bytes;
}

// A process that had free memory did not grow; it may even have released some.
double grown(std::uint64_t before, std::uint64_t after) {
  return after > before ? static_cast<double>(after - before) : 0.0;
}

}  // namespace

Result memory(const Context& context, const Residents& residents) {
  if (!context.target.pid) return skipped("the server's process is not known (--pid)");
  if (auto why = too_many(context, residents.connections + first_few); !why.empty())
    return skipped(std::move(why));
  Crowd crowd{context.loop, context.target};
  crowd.grow(first_few, idle_topic, residents.topics);
  context.loop.pause(settling);
  const auto before = resident(*context.target.pid);
  const auto kernel_before = kernel_slab_bytes();
  crowd.grow(residents.connections, idle_topic, residents.topics);
  context.loop.pause(settling);
  const auto after = resident(*context.target.pid);
  const auto kernel_after = kernel_slab_bytes();
  crowd.leave();
  const auto connections = static_cast<double>(residents.connections);
  Result result;
  result.figure = grown(before, after) / connections;
  // The kernel's is that of both ends: the server's and ours.
  result.kernel_bytes = grown(kernel_before, kernel_after) / connections / 2;
  return result;
}

}  // namespace phx::bench
