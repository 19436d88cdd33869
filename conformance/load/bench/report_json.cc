/// \file
/// The report for programs: every round of every case, with where and when it was measured.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "conformance/load/bench/report.h"
#include "conformance/suite/wire/json.h"

namespace phx::bench {
namespace {

json_t* to_json(const Result& result) {
  if (!result.skipped.empty()) return json_pack("{s:s}", "skipped", result.skipped.c_str());
  auto* out = json_pack("{s:f}", "figure", result.figure);
  if (result.client_busy) json_object_set_new(out, "client_busy", json_real(*result.client_busy));
  if (result.others_busy) json_object_set_new(out, "others_busy", json_real(*result.others_busy));
  if (result.cpu_us) json_object_set_new(out, "cpu_us", json_real(*result.cpu_us));
  if (result.rate) json_object_set_new(out, "rate", json_real(*result.rate));
  if (result.saturated) json_object_set_new(out, "saturated", json_true());
  if (result.kernel_bytes)
    json_object_set_new(out, "kernel_bytes", json_real(*result.kernel_bytes));
  if (result.latency) {
    json_object_set_new(out, "latency_us",
                        json_pack("{s:f, s:f, s:f}", "p50", result.latency->p50, "p99",
                                  result.latency->p99, "p999", result.latency->p999));
  }
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
  auto* out = json_pack("{s:s, s:s, s:s, s:o}", "case", each.what.name.c_str(), "what",
                        each.what.title.c_str(), "unit",
                        units[static_cast<std::size_t>(each.what.unit)], "servers", servers);
  if (!each.what.series.empty()) {
    json_object_set_new(out, "series", json_string(each.what.series.c_str()));
    json_object_set_new(out, "x", json_real(each.what.x));
  }
  return out;
}

}  // namespace

std::string json(const std::vector<Measured>& measured, const Header& header) {
  auto* servers = json_array();
  for (const auto& name : header.servers) json_array_append_new(servers, json_string(name.c_str()));
  auto* cases = json_array();
  for (const auto& each : measured) json_array_append_new(cases, to_json(each));
  const auto date = fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr)));
  const conformance::Json whole{json_pack("{s:s, s:s, s:s, s:f, s:o, s:o}", "date", date.c_str(),
                                          "machine", header.machine.c_str(), "label",
                                          header.label.c_str(), "seconds", header.seconds,
                                          "servers", servers, "cases", cases)};
  return whole.dump(JSON_INDENT(2) | JSON_REAL_PRECISION(6)) + "\n";
}

}  // namespace phx::bench
