/// Faults of processes become events that say which process and why.

#include "telemetry/faults.h"

#include "process/scheduler.h"
#include "process/supervisor.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::telemetry;
using namespace phx::testing;
using process::Message;

namespace {

struct Boom {};

class Fragile final : public process::Process {
 public:
  std::string name() const override { return "fragile"; }

 protected:
  void handle(Message message) override {
    if (message.holds<Boom>()) throw std::runtime_error("boom");
  }
};

/// Ends in its first turn.
class Fickle final : public process::Process {
 protected:
  void init() override { throw std::runtime_error("no"); }
  void handle(Message) override {}
};

struct Fixture {
  explicit Fixture(process::Limits limits = {}) : scheduler(0, Log::silent(), limits) {
    scheduler.report_to(teller);
  }
  ~Fixture() { scheduler.clear(); }
  void settle() {
    while (scheduler.run(Clock::now())) {
    }
  }

  Telemetry telemetry;
  FaultReporter teller{telemetry};
  process::Scheduler scheduler;
};

}  // namespace

PHX_TEST("a crash is reported with the process and the reason; a normal end is not") {
  Fixture f;
  std::string told;
  f.telemetry.attach("ear", {on<ProcessCrashed>([&](const ProcessCrashed& crashed) {
                       told += crashed.process.name() + ": " + crashed.reason.detail;
                     })});
  f.scheduler.send(f.scheduler.spawn(std::make_unique<Fragile>()), Boom{});
  f.scheduler.exit(f.scheduler.spawn(std::make_unique<Fragile>()), {process::ExitReason::shutdown});
  f.settle();
  expect_eq(told, std::string("fragile: boom"));
}

PHX_TEST("a mailbox overflow is reported once, with the limit and its unit") {
  using process::MailboxUnit;
  const auto overflows = [](process::Limits limits, MailboxUnit unit) {
    Fixture f(limits);
    std::vector<std::size_t> told;
    f.telemetry.attach("ear", {on<MailboxOverflowed>([&](const MailboxOverflowed& overflowed) {
                         told.push_back(overflowed.limit);
                         expect(overflowed.unit == unit, "the unit is that of the limit");
                       })});
    const process::Pid pid = f.scheduler.spawn(std::make_unique<Fragile>());
    for (int i = 0; i < 9; ++i) f.scheduler.send(pid, i);
    f.settle();
    return told;
  };
  expect_eq(overflows({.mailbox = 3}, MailboxUnit::messages), std::vector<std::size_t>{3});
  expect_eq(overflows({.mailbox_bytes = 50}, MailboxUnit::bytes), std::vector<std::size_t>{50});
}

PHX_TEST("a turn that took too long is reported with its process") {
  Fixture f({.long_turn = Millis{0}});  // so each turn is too long
  f.scheduler.use_budget({});
  std::string told;
  f.telemetry.attach("ear", {on<LongTurn>([&](const LongTurn& turn) {
                       told += turn.process.name();
                       expect(turn.duration >= Duration{0}, "it has a length");
                     })});
  f.scheduler.spawn(std::make_unique<Fragile>());
  f.settle();
  expect_eq(told, std::string("fragile"));
}

PHX_TEST("each broadcast that a full inbox refuses is reported, with the shard and the limit") {
  Fixture f({.inbox = 2});
  std::vector<std::size_t> told;
  f.telemetry.attach("ear", {on<BroadcastLost>([&](const BroadcastLost& lost) {
                       expect_eq(lost.shard, 0u);
                       told.push_back(lost.limit);
                     })});
  f.scheduler.await_thread();  // all others come through the inbox
  int ran = 0;
  for (int i = 0; i < 5; ++i) f.scheduler.offer([&ran] { ++ran; });
  expect_eq(told, std::vector<std::size_t>{2, 2, 2});
  f.scheduler.adopt_thread();
  f.settle();
  expect_eq(ran, 2);
}

PHX_TEST("a supervisor that gives up is reported with the child that kept ending") {
  Fixture f;
  std::string told;
  f.telemetry.attach(
      "ear",
      {on<SupervisorGaveUp>([&](const SupervisorGaveUp& gave_up) { told += gave_up.child_id; })});
  f.scheduler.spawn(std::make_unique<process::Supervisor>(
      process::Strategy::one_for_one,
      std::vector<process::ChildSpec>{{"fickle", [] { return std::make_unique<Fickle>(); }}}));
  f.settle();
  expect_eq(told, std::string("fickle"));
}
