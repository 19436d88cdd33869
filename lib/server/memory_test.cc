/// When memory is short, and when it is not any more.

#include "server/memory.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::server;
using namespace phx::testing;

namespace {
constexpr Clock::time_point start{std::chrono::hours(1)};
}

PHX_TEST("newcomers are refused from the limit on, until a tenth of it is free again") {
  MemoryBudget budget(1'000, 1);
  expect_eq(budget.look(1'000, start), 0u);
  expect(!budget.full(), "not yet");
  expect_eq(budget.look(1'300, start), 300u);
  expect(budget.full(), "now");
  expect_eq(budget.look(950, start), 0u);
  expect(budget.full(), "still");
  budget.look(899, start);
  expect(!budget.full(), "no longer");
}

PHX_TEST("what was given back is not asked for again while it settles") {
  MemoryBudget budget(1'000, 1);
  expect_eq(budget.look(1'300, start), 300u);
  budget.given_back(400, start);
  expect_eq(budget.look(1'300, start + Millis{250}), 0u);
  expect_eq(budget.look(1'500, start + Millis{500}), 100u);
  expect_eq(budget.look(1'300, start + Millis{3'000}), 300u);
}

PHX_TEST("of all shards, the one with the largest holder puts it out") {
  MemoryBudget budget(1'000, 3);
  expect(budget.largest(0, 50), "the only one so far");
  expect(budget.largest(1, 70), "a larger one");
  expect(!budget.largest(0, 60), "no longer the largest");
  expect(!budget.largest(2, 0), "nothing to put out");
  expect(budget.largest(1, 70), "still the largest");
}

PHX_TEST("the budget is half of something, and this process has less") {
  expect(resident_memory() > 100'000, "a program takes some memory");
  expect(default_memory() > resident_memory(), "and a machine has more");
}
