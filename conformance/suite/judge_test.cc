/// The outcome of a case that checked too late. Needs no server.

#include "conformance/suite/judge.h"

#include "conformance/suite/core/trial.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

constexpr Millis most{100};

int tries = 0;
int late_tries = 0;  // of the attempts see their violation too late

void break_the_rule() { throw Violation("this", "that"); }

/// Breaks the rule after the server's obligation has ended, and keeps it in the end.
void be_late(Trial& t) {
  if (++tries > late_tries) return;
  t.in_time(Clock::now() - 2 * most, most, break_the_rule);
}

Judgement judged(void (*body)(Trial&)) {
  tries = 0;
  const Rule rule{"T-01", Level::must, Profile::core, "a rule about time", "", body};
  Network network(Trust{});
  return judge(rule, Options{}, network);
}

PHX_TEST("a case that saw a violation too late is tried again, and says so") {
  late_tries = 2;
  const Outcome outcome = judged(be_late).outcome;
  expect(outcome.verdict == Verdict::passed, "kept in the end");
  expect_eq(outcome.remark, std::string("tried 3 times: the machine was busy"));
}

PHX_TEST("a violation that is seen too late three times stands") {
  late_tries = 9;
  const Outcome outcome = judged(be_late).outcome;
  expect_eq(tries, 3);
  expect(outcome.verdict == Verdict::failed, "not kept");
  expect_eq(outcome.reason, std::string("expected this, got that"));
  expect_eq(outcome.remark, std::string("tried 3 times: it was seen too late each time"));
}

PHX_TEST("a violation that is seen in time stands at once") {
  const Outcome outcome = judged([](Trial& t) {
                            ++tries;
                            t.in_time(Clock::now(), Millis{60'000}, break_the_rule);
                          }).outcome;
  expect_eq(tries, 1);
  expect(outcome.verdict == Verdict::failed && outcome.remark.empty(), "not kept, and no more");
}

PHX_TEST("an event that never comes is not excused as late") {
  const Outcome outcome =
      judged([](Trial& t) {
        ++tries;
        t.in_time(Clock::now() - 2 * most, most, [] { throw NothingCame("this", "nothing"); });
      }).outcome;
  expect_eq(tries, 1);
  expect(outcome.verdict == Verdict::failed && outcome.remark.empty(), "not kept, and no more");
}

}  // namespace
