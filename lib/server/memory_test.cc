/// When memory is short, and when it no longer is.

#include "server/memory.h"

#include <cstdio>
#include <string>
#include <vector>

#include "testing/case.h"

using namespace phx;
using namespace phx::server;
using namespace phx::testing;

namespace {

constexpr Clock::time_point start{std::chrono::hours(1)};

/// A sanitizer's own allocator keeps what is freed, to notice later uses of it.
#ifdef __has_feature
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

}  // namespace

PHX_TEST("new clients are refused from the limit on, until a tenth of it is free again") {
  MemoryBudget budget(1'000, 1);
  expect_eq(budget.look(1'000, start), 0u);
  expect(!budget.full(), "not yet");
  budget.look(1'300, start);
  expect(budget.full(), "now");
  budget.look(950, start);
  expect(budget.full(), "still");
  budget.look(899, start);
  expect(!budget.full(), "no longer");
}

PHX_TEST("once the limit was passed, memory must be freed until a tenth is free again") {
  MemoryBudget budget(1'000, 1);
  expect_eq(budget.look(950, start), 0u);
  expect_eq(budget.look(1'300, start), 400u);
  expect_eq(budget.look(950, start), 50u);
  expect_eq(budget.look(899, start), 0u);
  expect_eq(budget.look(950, start), 0u);
}

PHX_TEST("freed memory is not asked for again while it settles") {
  MemoryBudget budget(1'000, 1);
  expect_eq(budget.look(1'300, start), 400u);
  budget.given_back(450, start);
  expect_eq(budget.look(1'300, start + Millis{250}), 0u);
  expect(budget.full(), "it is not free yet");
  expect_eq(budget.look(1'500, start + Millis{250}), 150u);
  expect_eq(budget.look(1'300, start + Millis{500}), 400u);
}

PHX_TEST("the shard with the largest holder disconnects it") {
  MemoryBudget budget(1'000, 3);
  expect(budget.largest(0, 50), "the only one so far");
  expect(budget.largest(1, 70), "a larger one");
  expect(!budget.largest(0, 60), "no longer the largest");
  expect(!budget.largest(2, 0), "no holder");
  expect(budget.largest(1, 70), "still the largest");
}

PHX_TEST("the budget is half of the memory, and this process has less") {
  expect(resident_memory() > 100'000, "a program takes some memory");
  expect(default_memory() > resident_memory(), "and a machine has more");
}

PHX_TEST("memory that the allocator keeps can be released") {
  if (sanitized) {
    std::puts("SKIPPED: a sanitizer's allocator releases nothing");
    return;
  }
  constexpr std::size_t blocks = 4'000;
  constexpr std::size_t bytes = 16'000;  // too few for pages of their own
  std::vector<std::string> held;
  for (std::size_t i = 0; i < blocks; ++i) held.emplace_back(bytes, 'x');
  const std::size_t used = resident_memory();
  held = {};
  release_free_memory();
  const std::size_t left = resident_memory();
  expect(left + blocks * bytes / 2 < used,
         std::to_string(left) + " bytes of " + std::to_string(used));
}
