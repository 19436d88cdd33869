/// A check on several inputs: which of them a failure names.

#include "testing/each.h"

#include <stdexcept>

using namespace phx::testing;

PHX_TEST("a failure names the input that it is about, and the check stops there") {
  std::vector<int> tried;
  const std::string said = expect_throw<Failure>([&] {
    each({1, 2, 3}, [&](int number) {
      tried.push_back(number);
      expect(number != 2, "it is not two");
    });
  });
  expect_eq(said, "for the input \"2\":\nexpected that it is not two");
  expect_eq(tried, std::vector<int>{1, 2});
}

PHX_TEST("an exception names its input, too") {
  const std::string said = expect_throw<Failure>([] {
    each({"a", "b"}, [](std::string_view text) {
      if (text == "b") throw std::runtime_error("boom");
    });
  });
  expect_eq(said, "for the input \"b\":\nthe case threw: boom");
}
