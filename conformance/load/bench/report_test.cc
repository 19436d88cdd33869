/// The table and the JSON for known rounds.

#include "conformance/load/bench/report.h"

#include "conformance/suite/wire/json.h"
#include "conformance/suite/wire/utf8.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::bench;

namespace {

using testing::expect;
using testing::expect_eq;

Result result_of(double figure, std::optional<double> cpu = std::nullopt) {
  Result result;
  result.figure = figure;
  result.cpu_us = cpu;
  return result;
}

Case named(std::string name, Unit unit = Unit::per_second) {
  Case each;
  each.name = std::move(name);
  each.title = "a title";
  each.unit = unit;
  return each;
}

void expect_in(const std::string& text, std::string_view part) {
  expect(text.find(part) != std::string::npos, fmt::format("'{}' is in:\n{}", part, text));
}

using conformance::Json;

PHX_TEST("the median round is chosen by its figure, and keeps its own price") {
  expect_eq(*median({result_of(3, 30), result_of(1, 10), result_of(2, 20)}).cpu_us, 20.0);
  expect_eq(median({result_of(7)}).figure, 7.0);
}

PHX_TEST("one server: figures in their units, and no ratio to another day's figures") {
  auto result = result_of(200'000, 4.5);
  result.client_busy = 0.42;
  result.latency = Latency{1'234, 2'345, 3'456};
  const auto text =
      table({{named("echo"), {{result}}}, {named("memory", Unit::bytes), {{result_of(9'500)}}}});
  for (const auto* part : {"200,000 /s", "1,234", "2,345", "3,456", "4.50", "42 %", "9,500 B"})
    expect_in(text, part);
  expect(text.find("×") == std::string::npos, "a ratio in:\n" + text);
}

PHX_TEST("several servers: the first is compared with each other one") {
  const std::vector<Rounds> rates{{result_of(300, 2)}, {result_of(100, 8)}, {result_of(600, 1)}};
  const std::vector<Rounds> sizes{{result_of(300)}, {result_of(100)}, {result_of(600)}};
  const auto text = table({{named("echo"), rates}, {named("memory", Unit::bytes), sizes}});
  for (const auto* part : {"×3.00", "×4.00", "×0.50", "×0.33", "×2.00"}) expect_in(text, part);
}

PHX_TEST("columns are aligned, whatever their characters") {
  const auto text =
      table({{named("echo"), {{result_of(1, 1)}, {result_of(1, 1)}}},
             {named("latency", Unit::microseconds), {{result_of(1)}, {result_of(2)}}}});
  std::vector<std::size_t> widths;
  for (std::size_t at = 0; widths.size() < 3; at = text.find('\n', at) + 1) {
    const auto line = text.substr(at, text.find('\n', at) - at);
    widths.push_back(conformance::columns(line));
  }
  expect(widths[0] == widths[1] && widths[1] == widths[2],
         fmt::format("{}", fmt::join(widths, " ")));
}

PHX_TEST("a skipped case says why, and is not compared") {
  const auto text = table({{named("memory"), {{skipped("no pid")}, {result_of(5)}}}});
  expect_in(text, "memory was skipped: no pid");
  expect(text.find("×") == std::string::npos, "no ratio");
}

PHX_TEST("a disturbed round is reported, an undisturbed one is not") {
  auto noisy = result_of(1);
  noisy.others_busy = 0.5;
  auto calm = result_of(1);
  calm.others_busy = 0.02;
  expect_in(table({{named("echo"), {{noisy}}}}), "busy (100 % is one core) during echo (50 %)");
  expect(table({{named("echo"), {{calm}}}}).find("busy (100") == std::string::npos, "not reported");
}

PHX_TEST("the JSON has the header, each round and the median of each server") {
  auto what = named("load-5000", Unit::microseconds);
  what.series = "load";
  what.x = 5'000;
  auto last = result_of(3, 30);
  last.saturated = true;
  last.rate = 4'000;
  last.latency = Latency{1, 2, 3};
  const auto text = json({{what, {{result_of(1), result_of(2, 20), last}, {skipped("too much")}}}},
                         {"a machine", "a label", 1.5, {"ours", "theirs"}});
  const Json whole{json_loads(text.c_str(), 0, nullptr)};
  const auto* at = whole.get();
  expect_eq(json_string_value(json_object_get(at, "machine")), "a machine");
  expect_eq(json_string_length(json_object_get(at, "date")), 10U);
  expect_eq(json_array_size(json_object_get(at, "servers")), 2U);
  const auto* each = json_array_get(json_object_get(at, "cases"), 0);
  expect_eq(json_string_value(json_object_get(each, "unit")), "microseconds");
  expect_eq(json_real_value(json_object_get(each, "x")), 5'000.0);
  const auto* first = json_array_get(json_object_get(each, "servers"), 0);
  expect_eq(json_real_value(json_object_get(json_object_get(first, "median"), "cpu_us")), 20.0);
  const auto* third = json_array_get(json_object_get(first, "rounds"), 2);
  expect(json_is_true(json_object_get(third, "saturated")), "saturated");
  expect_eq(json_real_value(json_object_get(json_object_get(third, "latency_us"), "p999")), 3.0);
  const auto* second = json_array_get(json_object_get(each, "servers"), 1);
  expect_eq(json_string_value(json_object_get(json_object_get(second, "median"), "skipped")),
            "too much");
}

}  // namespace
