/// A flood of one kind of line becomes a hundred lines a second, and one that counts the rest.

#include "base/log.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

using Lines = std::vector<std::string>;

struct Fixture {
  Lines lines;
  Clock::time_point now = Clock::now();
  Log log;
  explicit Fixture(std::size_t lines_a_second)
      : log(Log::to(Level::info, [this](Level, const std::string& line) { lines.push_back(line); },
                    {.lines_a_second = lines_a_second, .now = [this] { return now; }})) {}
  Lines taken() { return std::exchange(lines, {}); }
};

}  // namespace

PHX_TEST("lines of one kind are limited per second, and one line counts the rest") {
  Fixture f(2);
  for (const char* topic : {"1", "2", "3", "4", "5"}) f.log.warn("refused", {{"topic", topic}});
  expect_eq(f.taken(), Lines{"refused topic=1", "refused topic=2"});
  f.now += Millis{999};
  f.log.warn("refused", {{"topic", "6"}});
  expect_eq(f.taken(), Lines{});
  f.now += Millis{1};
  f.log.warn("refused", {{"topic", "7"}});
  expect_eq(f.taken(), Lines{"… and 4 more of this kind kind=refused", "refused topic=7"});
}

PHX_TEST("another text is another kind, and so is another level") {
  Fixture f(1);
  for (int i = 0; i < 3; ++i) {
    f.log.warn("a");
    f.log.warn("b");
    f.log.error("a");
  }
  expect_eq(f.taken(), Lines{"a", "b", "a"});
}

PHX_TEST("the count is written after its second, with any line that comes next") {
  Fixture f(1);
  f.log.warn("a");
  expect(!f.log.counts_due(), "all was written");
  f.log.warn("a");
  expect(f.log.counts_due() == f.now + Millis{1'000}, "when the second is over");
  f.log.write_counts();
  expect_eq(f.taken(), Lines{"a"});
  f.now += Millis{1'000};
  f.log.info("b");
  expect_eq(f.taken(), Lines{"… and 1 more of this kind kind=a", "b"});
  f.log.warn("a");
  f.log.warn("a");
  f.now += Millis{1'000};
  f.log.write_counts();
  expect_eq(f.taken(), Lines{"a", "… and 1 more of this kind kind=a"});
}

PHX_TEST("no count is lost at the end") {
  Lines lines;
  {
    const Log log =
        Log::to(Level::info, [&](Level, const std::string& line) { lines.push_back(line); },
                {.lines_a_second = 1});
    for (int i = 0; i < 10; ++i) log.warn("a");
    log.flush();
    log.warn("a");
  }
  expect_eq(lines,
            Lines{"a", "… and 9 more of this kind kind=a", "… and 1 more of this kind kind=a"});
}

PHX_TEST("a hundred thousand kinds take the memory of a few hundred") {
  Fixture f(1);
  for (int i = 0; i < 100'000; ++i) f.log.warn(std::to_string(i));
  expect(f.lines.size() < 1'000, "those without a place of their own share one");
}

PHX_TEST("without a limit every line is written") {
  Fixture f(0);
  for (int i = 0; i < 1'000; ++i) f.log.warn("a");
  expect_eq(f.lines.size(), 1'000u);
}
