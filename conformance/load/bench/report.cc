/// \file
/// Turns the rounds of every case into a table to read and JSON to keep.
#include "conformance/load/bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "conformance/suite/wire/utf8.h"

namespace phx::bench {
namespace {

std::string with_commas(double number) {
  auto digits = fmt::format("{:.0f}", number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string figure(const Result& result, Unit unit) {
  if (!result.skipped.empty()) return "-";
  switch (unit) {
    case Unit::per_second: return with_commas(result.figure) + " /s";
    case Unit::bytes: return with_commas(result.figure) + " B ";
    case Unit::microseconds: return with_commas(result.figure) + " µs";
  }
  return {};
}

/// How many times better `figure` is than `other`: more a second, fewer bytes, or less time.
std::string times(double figure, double other, Unit unit) {
  if (figure <= 0 || other <= 0) return "-";
  return fmt::format("×{:.2f}", unit == Unit::per_second ? figure / other : other / figure);
}

std::string cpu(const Result& result) {
  return result.cpu_us ? fmt::format("{:.2f}", *result.cpu_us) : "-";
}

std::string busy(const Result& result) {
  return result.client_busy ? fmt::format("{:.0f} %", *result.client_busy * 100) : "-";
}

std::string percentile(const Result& result, double Latency::*which) {
  return result.latency ? with_commas((*result.latency).*which) : "-";
}

/// fmt counts bytes as columns in the locale "C": pad by hand around µ and ×.
std::string right(std::string_view text, std::size_t width) {
  const std::size_t columns = conformance::columns(text);
  return std::string(width > columns ? width - columns : 0, ' ') + std::string{text};
}

std::string single_row(const Measured& each) {
  const auto result = median(each.servers[0]);
  const auto unit = each.what.unit;
  return fmt::format(
      "{:20}{:37}{}{}{}{}{}{}\n", each.what.name, each.what.title, right(figure(result, unit), 14),
      right(percentile(result, &Latency::p50), 9), right(percentile(result, &Latency::p99), 9),
      right(percentile(result, &Latency::p999), 9), right(cpu(result), 9), right(busy(result), 8));
}

/// The first server's figure and price, and for each other server the same with the ratio.
std::string versus_row(const Measured& each) {
  const auto unit = each.what.unit;
  const auto first = median(each.servers[0]);
  auto row = fmt::format("{:20}{:37}{}{}", each.what.name, each.what.title,
                         right(figure(first, unit), 14), right(cpu(first), 9));
  for (std::size_t i = 1; i < each.servers.size(); ++i) {
    const auto other = median(each.servers[i]);
    const bool both = first.skipped.empty() && other.skipped.empty();
    const bool priced = first.cpu_us && other.cpu_us;
    row += right(figure(other, unit), 14) +
           right(both ? times(first.figure, other.figure, unit) : "-", 9) + right(cpu(other), 9) +
           right(priced ? times(*first.cpu_us, *other.cpu_us, Unit::microseconds) : "-", 9);
  }
  return row + "\n";
}

std::string skips(const std::vector<Measured>& measured) {
  std::string out;
  for (const auto& each : measured) {
    for (const auto& rounds : each.servers) {
      for (const auto& result : rounds) {
        if (result.skipped.empty()) continue;
        out += fmt::format("{} was skipped: {}\n", each.what.name, result.skipped);
      }
    }
  }
  return out;
}

/// Names the cases whose median round was disturbed.
std::string disturbances(const std::vector<Measured>& measured) {
  std::string out;
  for (const auto& each : measured) {
    for (const auto& rounds : each.servers) {
      const auto result = median(rounds);
      if (disturbed(result))
        out += fmt::format(" {} ({:.0f} %)", each.what.name, *result.others_busy * 100);
    }
  }
  if (out.empty()) return out;
  return fmt::format("Other programs were busy (100 % is one core) during{}. Measure again.\n",
                     out);
}

std::string header(std::size_t servers) {
  auto out = fmt::format("{:20}{:37}", "case", "what");
  if (servers == 1)
    return out + right("figure", 14) + right("p50 µs", 9) + right("p99 µs", 9) +
           right("p99.9 µs", 9) + right("CPU µs", 9) + right("client", 8) + "\n";
  out += right("[1]", 14) + right("CPU µs", 9);
  for (std::size_t i = 2; i <= servers; ++i)
    out += right(fmt::format("[{}]", i), 14) + right("[1] is", 9) + right("CPU µs", 9) +
           right("[1] is", 9);
  return out + "\n";
}

}  // namespace

Result median(const Rounds& rounds) {
  auto sorted = rounds;
  std::sort(sorted.begin(), sorted.end(),
            [](const Result& a, const Result& b) { return a.figure < b.figure; });
  return sorted[sorted.size() / 2];
}

std::string table(const std::vector<Measured>& measured) {
  if (measured.empty()) return {};
  const auto servers = measured[0].servers.size();
  auto out = header(servers);
  for (const auto& each : measured) out += servers > 1 ? versus_row(each) : single_row(each);
  out += "\n" + skips(measured) + disturbances(measured);
  out += "CPU µs: the server's, for each message, delivery or join.\n";
  if (servers > 1) return out + "[1]: how many times better, or cheaper, than that server.\n";
  return out + "client: its share of one core; near 100 % the client is the limit.\n";
}

}  // namespace phx::bench
