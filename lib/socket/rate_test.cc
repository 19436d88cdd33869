/// A rate, with the test's own clock.

#include "socket/rate.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::socket;
using namespace phx::testing;

PHX_TEST("a burst passes at once, then the rate applies") {
  RateLimit limit({.per_second = 10, .burst = 3});
  const Clock::time_point start{std::chrono::hours(1)};
  for (int i = 0; i < 3; ++i) expect(limit.take(start), "the burst passes");
  expect(!limit.take(start), "one more does not");
  expect(!limit.take(start + Millis{99}), "nor a little later");
  expect(limit.take(start + Millis{100}), "a tenth of a second later one does");
  expect(!limit.take(start + Millis{100}), "and only one");
}

PHX_TEST("a quiet client gets its burst again, and no more") {
  RateLimit limit({.per_second = 10, .burst = 3});
  const Clock::time_point start{std::chrono::hours(1)};
  for (int i = 0; i < 3; ++i) limit.take(start);
  const auto later = start + std::chrono::hours(1);
  for (int i = 0; i < 3; ++i) expect(limit.take(later), "the burst passes again");
  expect(!limit.take(later), "an unused rate does not add up");
}

PHX_TEST("a client that keeps to the rate is never stopped") {
  RateLimit limit({.per_second = 3, .burst = 1});
  Clock::time_point now{std::chrono::hours(1)};
  for (int i = 0; i < 1'000; ++i, now += Millis{334}) expect(limit.take(now), "in time");
}
