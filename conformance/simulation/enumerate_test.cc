/// All orders of a scene are played, each once, and each can be played again.

#include "conformance/simulation/enumerate.h"

#include "testing/case.h"

using namespace phx::simulation;
using namespace phx::testing;

PHX_TEST("the orders of a scene are counted, and the count is the same each time") {
  const Enumerated once = enumerate({.world = "| join"}, 1'000);
  expect(once.complete, "all were played");
  expect(!once.broken, "every invariant held");
  expect_eq(enumerate({.world = "| join"}, 1'000).orders, once.orders);
}

PHX_TEST("two people who meet nowhere have one order more for each that the server can see") {
  const Enumerated one = enumerate({.world = "| join"}, 1'000);
  const Enumerated two = enumerate({.world = "| join; | join"}, 10'000);
  expect(two.complete, "all were played");
  expect(two.orders > one.orders, "the server sees who comes first");
  expect(two.redundant > 0, "orders that nobody can tell from others are given up");
}

PHX_TEST("a limit ends it early, and it says so") {
  const Enumerated few = enumerate({.world = "leave"}, 3);
  expect_eq(few.orders, 3u);
  expect(!few.complete, "there are others");
}

PHX_TEST("within a number of delays all orders are played: with none there is one") {
  const Play two_shards{.world = "leave-2"};
  const Enumerated first = enumerate(two_shards, 1'000, 0);
  expect(first.complete, "that is all");
  expect_eq(first.orders, 1u);
  const Enumerated more = enumerate(two_shards, 1'000, 1);
  expect(more.complete, "that is all");
  expect(more.orders > first.longest, "each choice was taken otherwise once");
  expect_eq(more.redundant, 0u);
}

PHX_TEST("an order can be played again, to the byte, and another order is another world") {
  const Play first{.world = "leave", .order = {{0, 0, 0}}, .keeps_trace = true};
  const Play last{.world = "leave", .order = {{1, 1, 1}}, .keeps_trace = true};
  expect(play(first).trace == play(first).trace, "both traces are the same");
  expect(play(first).trace != play(last).trace, "another order has another trace");
}

PHX_TEST("a script with an unknown word is refused") {
  const std::string text =
      expect_throw<std::invalid_argument>([] { small_scene("join | fly", 1); });
  expect(text.find("fly") != text.npos, text);
}
