/// Supervisors: which children restart, in which order, and when the supervisor gives up.

#include "process/supervisor.h"

#include <array>
#include <map>

#include "process/scheduler.h"
#include "testing/case.h"
#include "testing/each.h"

using namespace phx;
using namespace phx::process;
using namespace phx::testing;

namespace {

using Journal = std::vector<std::string>;

/// Tells a child to ignore it when it is asked to shut down.
struct Stubborn {};
/// Tells it to go, after all.
struct GiveIn {};

struct Child : Process {
  Child(std::string id, Journal& journal) : id_(std::move(id)), journal_(journal) {}

 protected:
  void init() override { journal_.push_back("+" + id_); }
  void handle(Message message) override {
    if (message.holds<int>()) throw std::runtime_error("boom");
    if (message.holds<Stubborn>()) {
      stubborn_ = true;
    } else {
      stop();
    }
  }
  bool traps_exits() const override { return true; }
  void exit_requested(ExitReason reason) override {
    if (!stubborn_) return stop(std::move(reason));
    journal_.push_back("no, says " + id_);
  }
  void terminate(const ExitReason&) override { journal_.push_back("-" + id_); }

 private:
  std::string id_;
  Journal& journal_;
  bool stubborn_ = false;
};

/// Records each Down of the process it watches.
struct Watcher : Process {
  Watcher(Pid target, Journal& journal) : target_(target), journal_(journal) {}

 protected:
  void init() override { scheduler().monitor(self(), target_); }
  void handle(Message message) override {
    if (const Down* down = message.get_if<Down>()) journal_.push_back(to_string(down->reason));
  }

 private:
  Pid target_;
  Journal& journal_;
};

/// Three children a, b, c under one supervisor, and their latest pids.
struct Family {
  Scheduler scheduler;
  Clock::time_point now = scheduler.now();
  Journal journal;
  std::map<std::string, Pid> pids;
  Pid supervisor;

  std::map<std::string, std::string> ends;  ///< By the child's name: why it ended last.
  Pid first_to_end;                         ///< No child may be made while this one is there.

  explicit Family(Strategy strategy, Restart restart = Restart::permanent)
      : Family(strategy, {restart, restart, restart}) {}
  Family(Strategy strategy, const std::array<Restart, 3>& restarts, Millis shutdown = Millis{5000})
      : Family(strategy, restarts, std::array{shutdown, shutdown, shutdown}) {}
  Family(Strategy strategy, const std::array<Restart, 3>& restarts,
         const std::array<Millis, 3>& shutdowns, Intensity intensity = {}) {
    std::vector<ChildSpec> specs;
    for (const std::string id : {"a", "b", "c"}) {
      const std::size_t i = specs.size();
      specs.push_back({id, [this, id] { return child(id); }, restarts[i], shutdowns[i]});
    }
    supervisor =
        scheduler.spawn(std::make_unique<Supervisor>(strategy, std::move(specs), intensity));
    settle();
    journal.clear();
  }

  std::unique_ptr<Process> child(const std::string& id) {
    if (scheduler.alive(first_to_end)) journal.push_back("too early: +" + id);
    auto made = std::make_unique<Named>(id, *this);
    return made;
  }
  void settle() {
    while (scheduler.run(now)) {
    }
  }
  void pass(Millis time) {
    now += time;
    settle();
  }
  void crash(const std::string& id) {
    scheduler.send(pids[id], 1);
    settle();
  }
  void end() {
    scheduler.exit(supervisor, {ExitReason::shutdown, "enough"});
    settle();
  }
  /// From now on this child does not shut down by itself.
  void make_stubborn(const std::string& id) {
    scheduler.send(pids[id], Stubborn{});
    settle();
  }

  struct Named : Child {
    Named(const std::string& id, Family& family) : Child(id, family.journal), id_(id), f_(family) {}
    void init() override {
      f_.pids[id_] = self();
      Child::init();
    }
    void terminate(const ExitReason& reason) override {
      f_.ends[id_] = to_string(reason);
      Child::terminate(reason);
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
  family.scheduler.exit(family.pids["c"], {ExitReason::shutdown});
  family.settle();
  family.crash("b");
  expect_eq(family.journal, Journal{"-a", "-c", "-b", "+b"});
}

PHX_TEST("a permanent child restarts after any end") {
  Family family(Strategy::one_for_one);
  family.scheduler.send(family.pids["a"], std::string("stop"));
  family.settle();
  expect_eq(family.journal, Journal{"-a", "+a"});
}

PHX_TEST("a child that was killed is started again, be it permanent or transient") {
  for (const Restart restart : {Restart::permanent, Restart::transient}) {
    Family family(Strategy::one_for_one, restart);
    family.scheduler.exit(family.pids["b"], {ExitReason::killed});
    family.settle();
    expect_eq(family.journal, Journal{"+b"});  // without a last word
  }
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

PHX_TEST("a temporary child that is stopped along the way stays gone") {
  each({Strategy::rest_for_one, Strategy::one_for_all}, [](Strategy strategy) {
    Family family(strategy, {Restart::permanent, Restart::temporary, Restart::permanent});
    family.crash("a");
    expect_eq(family.journal, Journal{"-a", "-c", "-b", "+a", "+c"});
    family.journal.clear();
    family.end();
    expect_eq(family.journal, Journal{"-c", "-a"});
    expect(!family.scheduler.alive(family.supervisor), "it waits for no child that has gone");
  });
}

PHX_TEST("a transient child that is stopped along the way is started again") {
  Family family(Strategy::one_for_all, Restart::transient);
  family.crash("b");
  expect_eq(family.journal, Journal{"-b", "-c", "-a", "+a", "+b", "+c"});
  expect_eq(family.ends["c"], std::string("shutdown"));
}

PHX_TEST("a supervisor waits for no child that ended before") {
  Family family(Strategy::one_for_one, Restart::temporary);
  family.crash("b");
  family.end();
  expect_eq(family.journal, Journal{"-b", "-c", "-a"});
  expect(!family.scheduler.alive(family.supervisor), "the supervisor has ended");
}

PHX_TEST("children stop one after the other: the next is asked when the one before has gone") {
  Family family(Strategy::one_for_one);
  family.make_stubborn("b");
  family.end();
  expect_eq(family.journal, Journal{"-c", "no, says b"});
  family.scheduler.send(family.pids["b"], GiveIn{});
  family.settle();
  expect_eq(family.journal, Journal{"-c", "no, says b", "-b", "-a"});
}

PHX_TEST("a child that does not shut down in its time is killed, and no sooner") {
  Family family(Strategy::one_for_one, {}, Millis{200});
  family.make_stubborn("c");
  family.end();
  family.pass(Millis{199});
  expect_eq(family.journal, Journal{"no, says c"});
  expect(family.scheduler.alive(family.pids["c"]), "c has a millisecond left");
  family.pass(Millis{1});
  expect(!family.scheduler.alive(family.pids["c"]), "c has been killed");
  expect_eq(family.journal, Journal{"no, says c", "-b", "-a"});
  expect(!family.scheduler.alive(family.supervisor), "the supervisor has ended");
}

PHX_TEST("a child that was killed has gone before others start") {
  Family family(Strategy::one_for_all, {}, Millis{200});
  family.make_stubborn("b");
  const Pid stubborn = family.pids["b"];
  Journal downs;
  family.scheduler.spawn(std::make_unique<Watcher>(stubborn, downs));
  family.first_to_end = stubborn;
  family.crash("a");
  family.pass(Millis{200});
  expect_eq(downs, Journal{"killed"});
  expect_eq(family.journal, Journal{"-a", "-c", "no, says b", "+a", "+b", "+c"});
  family.journal.clear();
  family.crash("b");  // the Down of the old one did not count as the new one's
  expect_eq(family.journal, Journal{"-b", "-c", "-a", "+a", "+b", "+c"});
}

PHX_TEST("a supervisor ends with the reason it was given") {
  Family family(Strategy::one_for_one);
  Journal downs;
  family.scheduler.spawn(std::make_unique<Watcher>(family.supervisor, downs));
  family.settle();
  family.end();
  expect_eq(downs, Journal{"shutdown: enough"});
}

PHX_TEST("a supervisor ignores mail that is not of a running child's end") {
  Family family(Strategy::one_for_one);
  family.scheduler.send(family.supervisor, 1);
  family.scheduler.send(family.supervisor, Down{Ref{}, family.pids["a"], {}});
  family.settle();
  expect(family.scheduler.alive(family.supervisor), "the supervisor goes on");
  expect_eq(family.journal, Journal{});
}

PHX_TEST("a restart counts for five seconds, and not a millisecond longer") {
  each({5000, 5001}, [](int milliseconds) {
    Family family(Strategy::one_for_one);
    for (int i = 0; i < 3; ++i) family.crash("a");
    family.now += Millis{milliseconds};
    family.crash("a");
    expect_eq(family.scheduler.alive(family.supervisor), milliseconds > 5000);
  });
}

PHX_TEST("only the restarts that lie too far back are forgotten, and the others still count") {
  Family family(Strategy::one_for_one);
  int at = 0;
  for (const int next : {0, 3000, 4000, 5500}) {
    family.now += Millis{next - at};
    at = next;
    family.crash("a");
    expect(family.scheduler.alive(family.supervisor),
           "three in five seconds are allowed, at " + std::to_string(at) + " ms");
  }
  family.crash("a");  // after those at 3,000, 4,000 and 5,500 ms
  expect(!family.scheduler.alive(family.supervisor), "the fourth in five seconds is too many");
}

PHX_TEST("an end after which nothing is started again does not count as a restart") {
  Family family(Strategy::one_for_one,
                {Restart::permanent, Restart::temporary, Restart::transient});
  family.crash("b");
  family.scheduler.send(family.pids["c"], std::string("stop"));
  family.settle();
  for (int i = 0; i < 3; ++i) family.crash("a");
  expect(family.scheduler.alive(family.supervisor), "there were three restarts, and five ends");
}

PHX_TEST("a supervisor's own intensity is its limit") {
  each({200, 201}, [](int milliseconds) {
    const Millis shutdown{5000};
    Family family(Strategy::one_for_one, {}, {shutdown, shutdown, shutdown},
                  {.max_restarts = 1, .max_seconds = Millis{200}});
    family.crash("a");
    expect(family.scheduler.alive(family.supervisor), "one restart is allowed");
    family.now += Millis{milliseconds};
    family.crash("b");
    expect_eq(family.scheduler.alive(family.supervisor), milliseconds > 200);
  });
}

PHX_TEST("a transient child that ended before is started with the others") {
  each({Strategy::rest_for_one, Strategy::one_for_all}, [](Strategy strategy) {
    Family family(strategy, Restart::transient);
    family.scheduler.send(family.pids["c"], std::string("stop"));
    family.settle();
    family.journal.clear();
    family.crash("a");
    expect_eq(family.journal, Journal{"-a", "-b", "+a", "+b", "+c"});
  });
}

PHX_TEST("each child has its own time to shut down") {
  Family family(Strategy::one_for_one, {}, {Millis{300}, Millis{200}, Millis{100}});
  for (const char* id : {"a", "b", "c"}) family.make_stubborn(id);
  family.end();
  for (const auto& [id, time] : {std::pair{"c", 100}, {"b", 200}, {"a", 300}}) {
    family.pass(Millis{time - 1});
    expect(family.scheduler.alive(family.pids[id]), std::string(id) + " has a millisecond left");
    family.pass(Millis{1});
    expect(!family.scheduler.alive(family.pids[id]), std::string(id) + " has been killed");
  }
  expect(!family.scheduler.alive(family.supervisor), "the supervisor has ended");
}
