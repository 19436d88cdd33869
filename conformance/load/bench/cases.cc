/// \file
/// The list of cases.
#include "conformance/load/bench/cases.h"

namespace phx::bench {

const std::vector<Case>& all_cases() {
  using C = const Context&;
  constexpr std::size_t many = 10'000;
  // 250,000 rounds take about half a millisecond: compared with that a message is cheap.
  constexpr std::uint64_t rounds = 250'000;
  constexpr auto per_second = Unit::per_second;
  constexpr auto microseconds = Unit::microseconds;
  static const std::vector<Case> cases{
      {"memory", "an idle, joined connection", Unit::bytes, true,
       [](C c) { return memory(c, {}); }},
      {"echo", "echo, 100 connections, 100 B, W=1", per_second, false,
       [](C c) { return echo(c, {.in_flight = 1}); }},
      {"echo16", "echo, 100 connections, 100 B, W=16", per_second, false,
       [](C c) { return echo(c, {.in_flight = 16}); }},
      {"echo1k", "echo, 100 connections, 1,000 B, W=4", per_second, false,
       [](C c) { return echo(c, {.in_flight = 4, .bytes = 1'000}); }},
      {"fanout", "broadcast to 1,000, W=4, deliveries", per_second, false,
       [](C c) { return fanout(c, 1'000, 4); }},
      {"connect", "connect, upgrade, join; 50 at once", per_second, false,
       [](C c) { return connects(c, 50); }},
      {"heartbeat", "heartbeats, 100 connections, W=1", per_second, false,
       [](C c) { return heartbeats(c, {}); }},
      {"burn", "half a ms of work, 100 connections", per_second, false,
       [](C c) { return burns(c, 100, rounds); }},
      {"latency", "p50 of 5,000 msg/s, 100 connections", microseconds, false,
       [](C c) { return latency(c, {}); }},
      {"latency10k", "the same with 10,000 idle ones", microseconds, false,
       [](C c) { return latency(c, {.idle = many}); }},
  };
  return cases;
}

}  // namespace phx::bench
