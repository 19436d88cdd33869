/// \file
/// Turns the rounds of every case into a table to read and JSON to keep.
#include "conformance/bench/report.h"

#include <fmt/format.h>
#include <jansson.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

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

/// How many times better `figure` is than `other`: more a second, or fewer bytes, or sooner.
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

/// fmt counts bytes as columns where the locale is "C": pad by hand around µ and ×.
std::string right(std::string_view text, std::size_t width) {
  const auto columns = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
  return std::string(width > columns ? width - columns : 0, ' ') + std::string{text};
}

std::string single_row(const Measured& each) {
  const auto result = median(each.servers[0]);
  const auto unit = each.what.unit;
  const auto& recorded = each.what.recorded;
  const auto against = [&](std::optional<double> other) {
    return result.skipped.empty() && other ? times(result.figure, *other, unit) : "-";
  };
  return fmt::format("{:11}{:37}{}{}{}{}{}{}{}{}\n", each.what.name, each.what.title,
                     right(figure(result, unit), 14), right(percentile(result, &Latency::p50), 9),
                     right(percentile(result, &Latency::p99), 9),
                     right(percentile(result, &Latency::p999), 9), right(cpu(result), 9),
                     right(busy(result), 8),
                     right(against(recorded ? std::optional{recorded->cowboy} : std::nullopt), 10),
                     right(against(recorded ? recorded->raw_epoll : std::nullopt), 10));
}

std::string versus_row(const Measured& each) {
  const auto first = median(each.servers[0]);
  const auto second = median(each.servers[1]);
  const auto unit = each.what.unit;
  const bool both = first.skipped.empty() && second.skipped.empty();
  return fmt::format(
      "{:11}{:37}{}{}{}{}{}{}\n", each.what.name, each.what.title, right(figure(first, unit), 14),
      right(figure(second, unit), 14),
      right(both ? times(first.figure, second.figure, unit) : "-", 10), right(cpu(first), 9),
      right(cpu(second), 9),
      right(first.cpu_us && second.cpu_us ? times(*first.cpu_us, *second.cpu_us, Unit::microseconds)
                                          : "-",
            10));
}

std::string skips(const std::vector<Measured>& measured) {
  std::string out;
  for (const auto& each : measured)
    for (const auto& rounds : each.servers)
      for (const auto& result : rounds)
        if (!result.skipped.empty())
          out += fmt::format("{} was skipped: {}\n", each.what.name, result.skipped);
  return out;
}

std::string header(bool versus) {
  const auto common = fmt::format("{:11}{:37}", "case", "what");
  if (versus)
    return common + right("first", 14) + right("second", 14) + right("better by", 10) +
           right("CPU µs", 9) + right("CPU µs", 9) + right("less by", 10) + "\n";
  return common + right("figure", 14) + right("p50 µs", 9) + right("p99 µs", 9) +
         right("p99.9 µs", 9) + right("CPU µs", 9) + right("client", 8) + right("Cowboy*", 10) +
         right("epoll*", 10) + "\n";
}

struct Decref {
  void operator()(json_t* value) const { json_decref(value); }
};

json_t* to_json(const Result& result) {
  if (!result.skipped.empty()) return json_pack("{s:s}", "skipped", result.skipped.c_str());
  auto* out = json_pack("{s:f}", "figure", result.figure);
  if (result.client_busy) json_object_set_new(out, "client_busy", json_real(*result.client_busy));
  if (result.cpu_us) json_object_set_new(out, "cpu_us", json_real(*result.cpu_us));
  if (result.latency)
    json_object_set_new(out, "latency_us",
                        json_pack("{s:f, s:f, s:f}", "p50", result.latency->p50, "p99",
                                  result.latency->p99, "p999", result.latency->p999));
  return out;
}

json_t* to_json(const Measured& each) {
  constexpr const char* units[] = {"per second", "bytes", "microseconds"};
  auto* servers = json_array();
  for (const auto& rounds : each.servers) {
    auto* list = json_array();
    for (const auto& result : rounds) json_array_append_new(list, to_json(result));
    json_array_append_new(
        servers, json_pack("{s:o, s:o}", "median", to_json(median(rounds)), "rounds", list));
  }
  return json_pack("{s:s%, s:s%, s:s, s:o}", "case", each.what.name.data(), each.what.name.size(),
                   "what", each.what.title.data(), each.what.title.size(), "unit",
                   units[static_cast<std::size_t>(each.what.unit)], "servers", servers);
}

}  // namespace

Result median(const Rounds& rounds) {
  auto sorted = rounds;
  std::sort(sorted.begin(), sorted.end(),
            [](const Result& a, const Result& b) { return a.figure < b.figure; });
  return sorted[sorted.size() / 2];
}

std::string table(const std::vector<Measured>& measured) {
  const bool versus = !measured.empty() && measured[0].servers.size() > 1;
  auto out = header(versus);
  for (const auto& each : measured) out += versus ? versus_row(each) : single_row(each);
  out += "\n" + skips(measured);
  out += "CPU µs: of the server, for each message, delivery or join.\n";
  if (!versus) out += "client: of one core; near 100 % it is the client that is measured.\n";
  if (!versus) out += fmt::format("* so many times better than {}.\n", recorded_source);
  return out;
}

std::string json(const std::vector<Measured>& measured, const std::vector<std::string>& names,
                 double seconds) {
  auto* servers = json_array();
  for (const auto& name : names) json_array_append_new(servers, json_string(name.c_str()));
  auto* cases = json_array();
  for (const auto& each : measured) json_array_append_new(cases, to_json(each));
  const std::unique_ptr<json_t, Decref> whole{
      json_pack("{s:o, s:f, s:o}", "servers", servers, "seconds", seconds, "cases", cases)};
  const std::unique_ptr<char, decltype(&std::free)> text{
      json_dumps(whole.get(), JSON_INDENT(2) | JSON_REAL_PRECISION(6)), &std::free};
  return std::string{text.get()} + "\n";
}

}  // namespace phx::bench
