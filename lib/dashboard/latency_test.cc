/// Percentiles of a second's handlers.

#include "dashboard/latency.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::dashboard;
using namespace phx::testing;

PHX_TEST("percentiles are at most a quarter too large") {
  Latency latency;
  for (int micros = 1; micros <= 1'000; ++micros) latency.add(std::chrono::microseconds(micros));
  const Latency::Second second = latency.take();
  expect_eq(second.count, std::uint64_t{1'000});
  expect(second.p50 >= 500 && second.p50 <= 625, std::to_string(second.p50));
  expect(second.p99 >= 990 && second.p99 <= 1'240, std::to_string(second.p99));
}

PHX_TEST("each second begins with nothing, and any duration has its place") {
  Latency latency;
  latency.add(std::chrono::hours(100));
  latency.add(std::chrono::nanoseconds(0));
  expect_eq(latency.take().count, std::uint64_t{2});
  const Latency::Second none = latency.take();
  expect_eq(none.count, std::uint64_t{0});
  expect_eq(none.p99, std::uint64_t{0});
}
