/// The histogram of known latencies.

#include "conformance/load/client/histogram.h"

#include <cmath>

#include "testing/case.h"

using namespace phx;
using namespace phx::bench;

namespace {

using std::chrono::nanoseconds;
using testing::expect;
using testing::expect_eq;

Histogram of(std::initializer_list<std::int64_t> latencies) {
  Histogram histogram;
  for (const auto each : latencies) histogram.add(nanoseconds{each});
  return histogram;
}

PHX_TEST("without latencies each percentile is 0") {
  expect_eq(Histogram{}.count(), 0U);
  expect_eq(Histogram{}.microseconds_at(0.5), 0.0);
}

PHX_TEST("one latency is every percentile") {
  for (const double share : {0.0, 0.5, 0.999}) expect_eq(of({100}).microseconds_at(share), 0.1);
}

PHX_TEST("latencies of a few nanoseconds are exact, and none is below one") {
  expect_eq(of({0}).microseconds_at(0.5), 0.001);
  expect_eq(of({-5}).microseconds_at(0.5), 0.001);
  for (const std::int64_t exact : {1, 2, 63, 64, 127})
    expect_eq(of({exact}).microseconds_at(0.5), static_cast<double>(exact) / 1'000.0);
}

PHX_TEST("every latency up to eighteen minutes is found within two in a hundred") {
  for (double latency = 1; latency < 1e12; latency *= 1.37) {
    const auto whole = std::floor(latency);
    const auto found = of({static_cast<std::int64_t>(whole)}).microseconds_at(0.5) * 1'000;
    expect(found <= whole && found >= whole * 0.98, fmt::format("{} is near {}", found, whole));
  }
}

PHX_TEST("latencies beyond the last bucket are counted in it") {
  const auto histogram = of({std::numeric_limits<std::int64_t>::max()});
  expect_eq(histogram.count(), 1U);
  expect(histogram.microseconds_at(0.5) > 5e8, "it is long");
}

PHX_TEST("percentiles of a thousand, each once") {
  Histogram histogram;
  for (int i = 1; i <= 1'000; ++i) histogram.add(std::chrono::microseconds{i});
  for (const double share : {0.1, 0.5, 0.99, 0.999}) {
    const double exact = share * 1'000 + 1;  // that share is below it
    const double found = histogram.microseconds_at(share);
    expect(found <= exact && found >= exact * 0.98, fmt::format("{} is near {}", found, exact));
  }
}

PHX_TEST("one slow one in a hundred is the 99th percentile, and not the 98th") {
  Histogram histogram;
  for (int i = 0; i < 99; ++i) histogram.add(nanoseconds{100});
  histogram.add(std::chrono::seconds{1});
  expect_eq(histogram.microseconds_at(0.98), 0.1);
  expect(histogram.microseconds_at(0.99) > 980'000, "the slow one");
}

}  // namespace
