/// \file
/// Cases that grow one quantity: connections, topics, subscribers, payloads, load.
#include <fmt/format.h>

#include <initializer_list>

#include "conformance/load/bench/cases.h"

namespace phx::bench {
namespace {

using Numbers = std::initializer_list<std::size_t>;
using Run = std::function<Result(const Context&, std::size_t)>;

Series grow(std::string name, std::string title, std::string x, Unit unit, Numbers numbers,
            const Run& run) {
  Series series{std::move(name), std::move(title), std::move(x), {}};
  for (const auto number : numbers) {
    series.points.push_back({fmt::format("{}-{}", series.name, number), series.title, unit, false,
                             [=](const Context& c) { return run(c, number); }, series.name,
                             static_cast<double>(number)});
  }
  return series;
}

/// Memory is measured on a new server at each point.
Series grow_memory(std::string name, std::string title, std::string x, Numbers numbers,
                   const Run& run) {
  auto series = grow(std::move(name), std::move(title), std::move(x), Unit::bytes, numbers, run);
  for (auto& point : series.points) point.fresh = true;
  return series;
}

// The same number of topics in total, so that the sum is well above a page or two of memory.
constexpr std::size_t all_topics = 50'000;
constexpr std::size_t max_residents = 5'000;

std::vector<Series> make_series() {
  using C = const Context&;
  constexpr auto per_second = Unit::per_second;
  return {
      grow("idle", "echo, 100 connections, W=1, beside", "idle connections", per_second,
           {100, 1'000, 10'000}, [](C c, std::size_t x) { return echo(c, {.idle = x}); }),
      grow("newcomers", "connect, upgrade, join; 50 at once, beside", "idle connections",
           per_second, {100, 1'000, 10'000}, [](C c, std::size_t x) { return connects(c, 50, x); }),
      grow("talkers", "echo, 100 B, W=1", "connections that talk", per_second, {100, 1'000, 10'000},
           [](C c, std::size_t x) { return echo(c, {.connections = x}); }),
      grow("topics", "echo, 100 connections, W=1", "topics a connection", per_second, {1, 10, 100},
           [](C c, std::size_t x) { return echo(c, {.topics = x}); }),
      grow("subscribers", "broadcast, 100 B, W=4, deliveries", "subscribers", per_second,
           {1, 10, 100, 1'000, 10'000}, [](C c, std::size_t x) { return fanout(c, x, 4); }),
      grow("payload", "echo, 20 connections, W=1", "bytes of payload", per_second,
           {10, 100, 1'000, 10'000, 100'000, 1'000'000},
           [](C c, std::size_t x) { return echo(c, {.connections = 20, .bytes = x}); }),
      grow_memory("memory-connections", "an idle, joined connection", "connections",
                  {1'000, 5'000, 10'000},
                  [](C c, std::size_t x) { return memory(c, {.connections = x}); }),
      grow_memory("memory-topics", "an idle connection and its topics", "topics a connection",
                  {1, 10, 100},
                  [](C c, std::size_t x) {
                    return memory(c, {std::min(max_residents, all_topics / x), x});
                  }),
      grow("load", "open loop, 100 connections, 100 B", "messages a second", Unit::microseconds,
           {1'000, 5'000, 10'000, 25'000, 50'000, 75'000, 100'000, 125'000, 150'000, 175'000,
            200'000, 250'000, 300'000},
           [](C c, std::size_t x) {
             return latency(c, {.rate = static_cast<double>(x), .may_saturate = true});
           }),
      {"nodes",
       "broadcasts from one node of a cluster to another, for --nodes 2",
       "which",
       {{"nodes-latency", "1,000 broadcasts/s, node to node, p50", Unit::microseconds, false,
         [](C c) { return across(c, 1'000); }, "nodes", 1},
        {"nodes-flood", "broadcasts, node to node", per_second, false,
         [](C c) { return across_flood(c, 200); }, "nodes", 2},
        {"nodes-overheard", "others' broadcasts; CPU: of the hearer", per_second, false,
         [](C c) { return overheard(c, 200); }, "nodes", 3},
        {"nodes-share", "1,000 topics, 1 % heard; CPU: of the hearer", per_second, false,
         [](C c) { return one_of_a_hundred(c, 4); }, "nodes", 4}}},
  };
}

}  // namespace

const std::vector<Series>& all_series() {
  static const auto series = make_series();
  return series;
}

}  // namespace phx::bench
