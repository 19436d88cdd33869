/// \file
/// The list of what is measured, with what was recorded elsewhere beside it.
#include "conformance/bench/cases.h"

namespace phx::bench {

// Medians of interleaved runs on two shared cores, loopback, the client on one of them. Another
// machine, another day: they give the order of magnitude, `--versus` gives the ratio.
const std::string_view recorded_source =
    "Phoenix 1.8.12 on Cowboy, and a bare epoll server without channels; recorded elsewhere "
    "(two shared cores, loopback): read the ratio with care";

const std::vector<Case>& all_cases() {
  using C = const Context&;
  constexpr std::size_t many = 10'000;
  // 250,000 rounds take about half a millisecond: beside that a message is cheap, and so are we.
  constexpr std::uint64_t rounds = 250'000;
  constexpr auto per_second = Unit::per_second;
  constexpr auto microseconds = Unit::microseconds;
  static const std::vector<Case> cases{
      {"memory", "an idle, joined connection", Unit::bytes, true, Recorded{37'300, 550},
       [](C c) { return memory(c, {}); }},
      {"echo", "echo, 100 connections, 100 B, W=1", per_second, false, Recorded{36'100, 121'000},
       [](C c) { return echo(c, {.in_flight = 1}); }},
      {"echo16", "echo, 100 connections, 100 B, W=16", per_second, false,
       Recorded{56'600, 1'390'000}, [](C c) { return echo(c, {.in_flight = 16}); }},
      {"echo1k", "echo, 100 connections, 1,000 B, W=4", per_second, false,
       Recorded{29'300, 569'000}, [](C c) { return echo(c, {.in_flight = 4, .bytes = 1'000}); }},
      {"fanout", "broadcast to 1,000, W=4, deliveries", per_second, false,
       Recorded{125'000, 664'000}, [](C c) { return fanout(c, 1'000, 4); }},
      {"connect", "connect, upgrade, join; 50 at once", per_second, false, Recorded{3'700, 23'900},
       [](C c) { return connects(c, 50); }},
      {"heartbeat", "heartbeats, 100 connections, W=1", per_second, false, std::nullopt,
       [](C c) { return heartbeats(c, {}); }},
      {"burn", "half a ms of work, 100 connections", per_second, false, std::nullopt,
       [](C c) { return burns(c, 100, rounds); }},
      {"latency", "p50 of 5,000 msg/s, 100 connections", microseconds, false, std::nullopt,
       [](C c) { return latency(c, {}); }},
      {"latency10k", "the same beside 10,000 idle ones", microseconds, false, std::nullopt,
       [](C c) { return latency(c, {.idle = many}); }},
  };
  return cases;
}

}  // namespace phx::bench
