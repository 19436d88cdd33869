/// Rules that wait at the same time. Needs no server.

#include "conformance/suite/together.h"

#include <atomic>
#include <thread>

#include "conformance/suite/core/trial.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

std::atomic<int> under_way = 0;

/// Kept by cases that do not wait alone.
void meet_the_other(Trial& t) {
  ++under_way;
  const auto deadline = t.deadline();
  while (under_way < 2 && Clock::now() < deadline) std::this_thread::yield();
  if (under_way < 2) throw Violation("another case under way", "none");
}

void break_the_rule(Trial&) { throw Violation("this", "that"); }

Rule rule(const char* id, void (*body)(Trial&)) {
  return {id, Level::must, Profile::core, "a rule", "", body};
}

PHX_TEST("waiting cases run at the same time, and each is reported with its trial") {
  under_way = 0;
  std::atomic<int> seen = 0;
  const auto judged = judged_together({rule("T-01", meet_the_other), rule("T-02", meet_the_other)},
                                      Options{}, [&](const Rule&, const RunningCase&) { ++seen; });
  expect_eq(judged.size(), std::size_t{2});
  for (const auto& [id, judgement] : judged) expect(judgement.has_value(), id);
  expect_eq(seen.load(), 2);
}

PHX_TEST("what is not kept beside others says nothing yet") {
  under_way = 1;
  const auto judged = judged_together({rule("T-01", break_the_rule), rule("T-02", meet_the_other)},
                                      Options{}, [](const Rule&, const RunningCase&) {});
  expect(!judged.at("T-01"), "to be judged again");
  expect(judged.at("T-02").has_value(), "kept");
}

}  // namespace
