/// Supervisors: which children restart, in which order, and when the supervisor gives up.

#include "process/supervisor.h"

#include <map>

#include "process/scheduler.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::process;
using namespace phx::testing;

namespace {

using Journal = std::vector<std::string>;

struct Child : Process {
  Child(std::string id, Journal& journal) : id_(std::move(id)), journal_(journal) {}

 protected:
  void init() override { journal_.push_back("+" + id_); }
  void handle(Message message) override {
    if (message.holds<int>()) throw std::runtime_error("boom");
    stop();
  }
  bool traps_exits() const override { return true; }
  void terminate(const ExitReason&) override { journal_.push_back("-" + id_); }

 private:
  std::string id_;
  Journal& journal_;
};

/// Three children a, b, c under one supervisor, and their latest pids.
struct Family {
  Scheduler scheduler;
  Clock::time_point now = scheduler.now();
  Journal journal;
  std::map<std::string, Pid> pids;
  Pid supervisor;

  explicit Family(Strategy strategy, Restart restart = Restart::permanent) {
    std::vector<ChildSpec> specs;
    for (const std::string id : {"a", "b", "c"}) {
      specs.push_back({id, [this, id] { return child(id); }, restart});
    }
    supervisor = scheduler.spawn(std::make_unique<Supervisor>(strategy, std::move(specs)));
    settle();
    journal.clear();
  }

  std::unique_ptr<Process> child(const std::string& id) {
    auto made = std::make_unique<Named>(id, *this);
    return made;
  }
  void settle() {
    while (scheduler.run(now)) {
    }
  }
  void crash(const std::string& id) {
    scheduler.send(pids[id], 1);
    settle();
  }

  struct Named : Child {
    Named(const std::string& id, Family& family) : Child(id, family.journal), id_(id), f_(family) {}
    void init() override {
      f_.pids[id_] = self();
      Child::init();
    }
    std::string id_;
    Family& f_;
  };
};

}  // namespace

PHX_TEST("one_for_one restarts only the child that ended") {
  Family family(Strategy::one_for_one);
  family.crash("b");
  expect_eq(family.journal, Journal{"-b", "+b"});
}

PHX_TEST("rest_for_one stops those started later, in reverse, and starts them in order") {
  Family family(Strategy::rest_for_one);
  family.crash("b");
  expect_eq(family.journal, Journal{"-b", "-c", "+b", "+c"});
}

PHX_TEST("one_for_all stops all the others in reverse and starts all in order") {
  Family family(Strategy::one_for_all);
  family.crash("b");
  expect_eq(family.journal, Journal{"-b", "-c", "-a", "+a", "+b", "+c"});
}

PHX_TEST("a transient child restarts after a crash, not after a normal end") {
  Family family(Strategy::one_for_one, Restart::transient);
  family.scheduler.send(family.pids["a"], std::string("stop"));
  family.settle();
  family.crash("b");
  expect_eq(family.journal, Journal{"-a", "-b", "+b"});
}

PHX_TEST("a temporary child never restarts") {
  Family family(Strategy::one_for_one, Restart::temporary);
  family.crash("a");
  expect_eq(family.journal, Journal{"-a"});
}

PHX_TEST("the fourth restart in five seconds is too many: the supervisor stops all and ends") {
  Family family(Strategy::one_for_one);
  for (int i = 0; i < 3; ++i) family.crash("a");
  family.journal.clear();
  family.crash("a");
  expect_eq(family.journal, Journal{"-a", "-c", "-b"});
  expect(!family.scheduler.alive(family.supervisor), "the supervisor has ended");
}

PHX_TEST("a supervisor does not give up if restarts are further apart") {
  Family family(Strategy::one_for_one);
  for (int i = 0; i < 10; ++i) {
    family.crash("a");
    family.now += Millis{2000};
  }
  expect(family.scheduler.alive(family.supervisor), "the supervisor goes on");
}

PHX_TEST("a supervisor that is asked to end first stops its children in reverse order") {
  Family family(Strategy::one_for_one);
  family.scheduler.exit(family.supervisor, {ExitReason::shutdown});
  family.settle();
  expect_eq(family.journal, Journal{"-c", "-b", "-a"});
  expect_eq(family.scheduler.population(), 0u);
}
