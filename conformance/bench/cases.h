/// \file
/// The list of what is measured; each case is a function in a file of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "conformance/bench/measure.h"

namespace phx::bench {

/// What a figure means, and so which way is better.
enum class Unit : std::uint8_t { per_second, bytes, microseconds };

/// The same case elsewhere; see `recorded_source`.
struct Recorded {
  double cowboy = 0;
  std::optional<double> raw_epoll;
};

struct Case {
  std::string_view name;
  std::string_view title;
  Unit unit = Unit::per_second;
  bool once = false;  ///< A second round would find memory that the first left behind.
  std::optional<Recorded> recorded;
  std::function<Result(const Context&)> run;
};

/// In the order they run: memory first, while the server is fresh.
const std::vector<Case>& all_cases();

/// Where the recorded figures come from, for the report's footnote.
extern const std::string_view recorded_source;

struct Volley {
  std::size_t connections = 100;
  std::size_t in_flight = 1;  ///< on each connection
  std::size_t bytes = 100;    ///< of payload
};

/// Asks and asks again as replies come; `figure` is replies a second.
Result echo(const Context& context, const Volley& volley);
Result heartbeats(const Context& context, const Volley& volley);
/// One sender broadcasts, all subscribers listen; `figure` is deliveries a second.
Result fanout(const Context& context, std::size_t subscribers, std::size_t in_flight);
/// Connects, upgrades, joins, leaves; `figure` is joins a second.
Result connects(const Context& context, std::size_t at_once);
/// `figure` is resident bytes of the server for each idle, joined connection.
Result memory(const Context& context, std::size_t connections);
/// `rate` messages a second whatever the server does, beside `idle` joined connections that are
/// silent; `figure` is the median latency in microseconds.
Result latency(const Context& context, double rate, std::size_t idle);

}  // namespace phx::bench
