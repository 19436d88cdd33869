/// The soak's judgement of memory can fail: growth is distinguished from warm-up and wavering.

#include "conformance/load/soak/samples.h"

#include <functional>

#include "testing/case.h"

using namespace phx::soak;
using namespace phx::testing;

namespace {

constexpr double mb = 1e6;

/// Ten minutes of a server whose memory, in megabytes, is that at each second.
MemoryVerdict of(const std::function<double(int second)>& megabytes_at, int seconds = 600) {
  std::vector<Sample> samples;
  for (int s = 1; s <= seconds; ++s) {
    const auto bytes = static_cast<std::uint64_t>(megabytes_at(s) * mb);
    samples.push_back({.seconds = static_cast<double>(s), .resident_bytes = bytes});
  }
  return judge_memory(samples);
}

}  // namespace

PHX_TEST("memory that stays, wavers or shrinks is flat") {
  expect(of([](int) { return 100.0; }).flat(), "it stays");
  expect(of([](int s) { return 100.0 + s % 7; }).flat(), "it wavers");
  expect(of([](int s) { return s == 500 ? 140.0 : 100.0; }).flat(), "it peaks for a second");
  expect(of([](int s) { return 100.0 - s / 20.0; }).flat(), "it shrinks");
}

PHX_TEST("memory that grows while the server warms up and then stays is flat") {
  const MemoryVerdict verdict = of([](int s) { return s < 150 ? 20.0 + s : 170.0; });
  expect(verdict.flat(), "it is flat");
  expect(verdict.base > 169 * mb && verdict.base < 171 * mb, "its base is the final level");
}

PHX_TEST("memory that keeps growing is not flat, and the growth is that of the second half") {
  const MemoryVerdict verdict = of([](int s) { return 100.0 + s / 30.0; });
  expect(verdict.known && !verdict.flat(), "it is not flat");
  expect(verdict.growth > 9.9 * mb && verdict.growth < 10.1 * mb, "300 s of it are 10 MB");
}

PHX_TEST("a small server may grow by two megabytes, and not by three") {
  expect(of([](int s) { return 10.0 + 2.0 * s / 300; }).flat(), "two");
  expect(!of([](int s) { return 10.0 + 3.0 * s / 300; }).flat(), "three");
}

PHX_TEST("less than a minute, or a process that can't be seen, is not judged") {
  expect(!of([](int) { return 100.0; }, 59).known, "too short");
  expect(of([](int) { return 100.0; }, 60).known, "long enough");
  expect(!of([](int s) { return s == 300 ? 0.0 : 100.0; }).known, "it was gone in between");
}
