/// \file
/// How much larger the server's process grows for each connection that joins and then is silent.
#include <fmt/format.h>

#include "conformance/bench/cases.h"
#include "conformance/bench/crowd.h"
#include "conformance/bench/error.h"

namespace phx::bench {
namespace {

// The first connections pay for what a server allocates once; they are not counted.
constexpr std::size_t first_few = 100;
constexpr Millis settling{500};

std::uint64_t resident(pid_t pid) {
  const auto usage = usage_of(pid);
  if (!usage) throw Failure(fmt::format("there is no process {}", pid));
  return usage->resident_bytes;
}

}  // namespace

Result memory(const Context& context, std::size_t connections) {
  if (!context.target.pid) return skipped("the server's process is not known (--pid)");
  if (auto why = too_many(context, connections + first_few); !why.empty())
    return skipped(std::move(why));
  const auto topic = [](std::size_t index) { return fmt::format("conformance:bench{}", index); };
  Crowd crowd{context.loop, context.target};
  crowd.grow(first_few, topic);
  context.loop.pause(settling);
  const auto before = resident(*context.target.pid);
  crowd.grow(connections, topic);
  context.loop.pause(settling);
  const auto after = resident(*context.target.pid);
  crowd.leave();
  // A server that had the memory at hand did not grow; it may even have given some back.
  const auto grown = after > before ? static_cast<double>(after - before) : 0.0;
  Result result;
  result.figure = grown / static_cast<double>(connections);
  return result;
}

}  // namespace phx::bench
