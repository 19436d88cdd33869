/// \file
/// The list of cases; each case is a function in a file of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "conformance/load/bench/measure.h"

namespace phx::bench {

/// A figure's meaning, and so which direction is better.
enum class Unit : std::uint8_t { per_second, bytes, microseconds };

struct Case {
  std::string name;
  std::string title;
  Unit unit = Unit::per_second;
  bool fresh = false;  ///< Needs a server that has not freed memory yet; see main.cc.
  std::function<Result(const Context&)> run;
  std::string series = {};  ///< The series that it is a point of.
  double x = 0;             ///< Its place there.
};

/// In the order they run: memory first, while the server is fresh.
const std::vector<Case>& all_cases();

/// A case repeated while one quantity grows.
struct Series {
  std::string name;
  std::string title;
  std::string x;  ///< The quantity that grows, and its unit.
  std::vector<Case> points;
};
const std::vector<Series>& all_series();

struct Volley {
  std::size_t connections = 100;
  std::size_t in_flight = 1;  ///< on each connection
  std::size_t bytes = 100;    ///< of payload
  std::size_t topics = 1;     ///< joined by each connection, and asked in turn; then W=1
  std::size_t idle = 0;       ///< connections beside them, joined and silent
};

struct Schedule {
  double rate = 5'000;  ///< messages a second, independent of the server
  std::size_t idle = 0;
  bool may_saturate = false;  ///< Then a server that falls behind is a result, not a failure.
};

struct Residents {
  std::size_t connections = 5'000;
  std::size_t topics = 1;  ///< joined by each
};

/// Sends a request for each reply; `figure` is replies a second.
Result echo(const Context& context, const Volley& volley);
Result heartbeats(const Context& context, Volley volley);
/// One sender broadcasts to all subscribers; `figure` is deliveries a second.
Result fanout(const Context& context, std::size_t subscribers, std::size_t in_flight);
/// Connects, upgrades, joins, leaves, beside this many silent connections; `figure` is joins a
/// second.
Result connects(const Context& context, std::size_t at_once, std::size_t idle = 0);
/// Requests work that keeps a processor busy, on `bench:*`; `figure` is replies a second.
Result burns(const Context& context, std::size_t connections, std::uint64_t rounds);
/// `figure` is resident bytes of the server for each idle, joined connection.
Result memory(const Context& context, const Residents& residents);
/// Broadcasts at one node, received at another, on a timetable; `figure` is the median latency in
/// microseconds.
Result across(const Context& context, double rate);
/// The same as fast as possible; `figure` is broadcasts a second.
Result across_flood(const Context& context, std::size_t in_flight);
/// On topics without a member at the other node, whose CPU is measured; `figure` is broadcasts a
/// second.
Result overheard(const Context& context, std::size_t in_flight);
/// The same on 1,000 topics, of which ten have a member at the other node.
Result one_of_a_hundred(const Context& context, std::size_t in_flight);
/// The open loop; `figure` is the median latency in microseconds.
Result latency(const Context& context, const Schedule& schedule);

}  // namespace phx::bench
