/// The result of a whole run.

#include "conformance/suite/core/run.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

Rule rule(const std::string& id) { return {id, Level::must, Profile::core, "", "", nullptr}; }

Run run_of(const std::vector<Verdict>& judged) {
  Run run{Options{}};
  int number = 1;
  for (const Verdict verdict : judged) {
    run.add(rule("J-0" + std::to_string(number++)), {.verdict = verdict});
  }
  return run;
}

int status(const std::vector<Verdict>& judged) { return run_of(judged).status(); }

PHX_TEST("a run is good only if rules were judged and none was bad") {
  using enum Verdict;
  expect_eq(status({passed, skipped}), static_cast<int>(Exit::passed));
  expect_eq(status({passed, warned, expected_failure}), static_cast<int>(Exit::passed));
  expect_eq(status({}), static_cast<int>(Exit::nothing_judged));
  expect_eq(status({skipped, skipped}), static_cast<int>(Exit::nothing_judged));
  expect_eq(status({passed, failed}), static_cast<int>(Exit::broken));
  expect_eq(status({passed, unexpected_pass}), static_cast<int>(Exit::broken));
  expect_eq(status({passed, setup_failed}), static_cast<int>(Exit::unreachable));
  expect_eq(status({passed, dependency_failed}), static_cast<int>(Exit::unreachable));
  expect_eq(status({setup_failed, failed}), static_cast<int>(Exit::broken));
  expect_eq(status({failed, suite_failed}), static_cast<int>(Exit::suite_failed));
}

PHX_TEST("a server that went down is broken, whatever followed") {
  Run run = run_of({Verdict::passed});
  run.incidents.push_back("the server answered before J-01 and not after it");
  expect_eq(run.status(), Exit::broken);
}

PHX_TEST("the gravest verdict of several rounds counts, with the longest time") {
  Run run{Options{}};
  run.add(rule("J-01"), {.verdict = Verdict::passed, .took = Millis{5}});
  run.add(rule("J-01"), {.verdict = Verdict::failed, .reason = "once", .took = Millis{1}});
  run.add(rule("J-01"), {.verdict = Verdict::passed, .took = Millis{3}});
  expect_eq(run.judged.size(), std::size_t{1});
  expect_eq(run.judged[0].outcome.reason, std::string("once"));
  expect_eq(run.judged[0].outcome.took.count(), Millis::rep{5});
  expect_eq(run.unsteady(), std::vector<std::string>{"J-01"});
}

PHX_TEST(
    "a rule with different verdicts in different rounds fails the run, a skipped round does not") {
  Run run{Options{}};
  run.add(rule("J-01"), {.verdict = Verdict::passed});
  run.add(rule("J-01"), {.verdict = Verdict::skipped});
  expect_eq(run.status(), Exit::passed);
  run.add(rule("J-01"), {.verdict = Verdict::warned});
  expect_eq(run.status(), Exit::broken);
}

PHX_TEST("a shuffled run is reported in the plan's order") {
  Run run = run_of({Verdict::passed, Verdict::failed, Verdict::warned});
  run.arrange({"J-03", "J-01", "J-02"});
  expect_eq(run.judged[0].rule.id, std::string("J-03"));
  expect_eq(run.judged[2].rule.id, std::string("J-02"));
}

PHX_TEST("departures are differences from the nearest release") {
  Run run = run_of({Verdict::failed, Verdict::failed, Verdict::warned, Verdict::passed});
  expect(run.departures().empty(), "no release was named");
  run.nearest = Nearest{{1, 8, 8}, {1, 8, 8}, {"J-04"}, {"J-02", "J-04"}};
  // J-02 is broken only by the release asked for, J-04 only by the nearest.
  expect_eq(run.departures(), std::vector<std::string>({"J-01", "J-03", "J-04"}));
}

}  // namespace
