/// Supervisors, played at random: three children, a few of them stubborn, each end and a clock.

#include "process/supervisor.h"

#include <map>
#include <stdexcept>

#include "chapters/workshop/play.h"
#include "process/scheduler.h"

namespace {

using namespace phx;
using namespace phx::process;
using exercise::Sequence;

struct Family {
  Scheduler scheduler;
  Clock::time_point now = scheduler.now();
  std::vector<std::string> journal;
  std::map<std::string, Pid> pids;
  std::map<std::string, bool> stubborn;
  Pid supervisor;

  Family(Strategy strategy, const std::vector<ChildSpec>& specs, Intensity intensity);
  void settle() {
    while (scheduler.run(now)) {
    }
  }
};

struct Child : Process {
  Child(std::string id, Family& family) : id_(std::move(id)), family_(family) {}

 protected:
  void init() override {
    std::string line = id_ + " begins, beside:";
    for (const auto& [other, pid] : family_.pids) {
      if (pid != self() && scheduler().alive(pid)) line += " " + other;
    }
    family_.journal.push_back(line);
    family_.pids[id_] = self();
  }
  void handle(Message message) override {
    const auto* how = message.get_if<std::string>();
    if (how == nullptr) return;
    if (*how == "crashes") throw std::runtime_error("boom");
    if (*how == "ends") return stop();
    stop({*how == "shuts down" ? ExitReason::shutdown : ExitReason::killed, "by itself"});
  }
  bool traps_exits() const override { return true; }
  void exit_requested(ExitReason reason) override {
    family_.journal.push_back(id_ + " is asked to end: " + to_string(reason));
    if (!family_.stubborn[id_]) stop(std::move(reason));
  }
  void terminate(const ExitReason& reason) override {
    family_.journal.push_back(id_ + " has ended: " + to_string(reason));
  }

 private:
  std::string id_;
  Family& family_;
};

/// Notes why the supervisor ended.
struct Watcher : Process {
  explicit Watcher(Family& family) : family_(family) {}
  void init() override { scheduler().monitor(self(), family_.supervisor); }
  void handle(Message message) override {
    const Down* down = message.get_if<Down>();
    if (down != nullptr)
      family_.journal.push_back("the supervisor has ended: " + to_string(down->reason));
  }
  Family& family_;
};

Family::Family(Strategy strategy, const std::vector<ChildSpec>& specs, Intensity intensity) {
  std::vector<ChildSpec> own = specs;
  for (ChildSpec& spec : own) {
    spec.start = [this, id = spec.id] { return std::make_unique<Child>(id, *this); };
  }
  supervisor = scheduler.spawn(std::make_unique<Supervisor>(strategy, std::move(own), intensity));
  scheduler.spawn(std::make_unique<Watcher>(*this));
  settle();
}

}  // namespace

void phx::exercise::play(Sequence& steps) {
  if (!steps.next()) return;
  const unsigned strategy = steps.below(3);
  const Intensity intensity{steps.of({3UL, 1UL, 0UL, 2UL}), Millis{5'000}};
  std::vector<ChildSpec> specs;
  std::string what;
  for (const char* id : {"a", "b", "c"}) {
    const unsigned restart = steps.below(3);
    const long long shutdown = steps.of({5'000LL, 100LL});
    specs.push_back({id,
                     {},
                     restart == 0   ? Restart::permanent
                     : restart == 1 ? Restart::transient
                                    : Restart::temporary,
                     Millis{shutdown}});
    what += std::string(", ") + id +
            (restart == 0   ? " permanent, "
             : restart == 1 ? " transient, "
                            : " temporary, ") +
            std::to_string(shutdown) + " ms";
  }
  std::map<std::string, bool> stubborn;
  for (const char* id : {"a", "b", "c"}) {
    stubborn[id] = steps.one_in(3);
    if (stubborn[id]) what += std::string(", ") + id + " is stubborn";
  }
  Family family(
      std::vector{Strategy::one_for_one, Strategy::rest_for_one, Strategy::one_for_all}[strategy],
      specs, intensity);
  family.stubborn = stubborn;
  steps.does({}, std::vector<std::string>{"one_for_one", "rest_for_one", "one_for_all"}[strategy] +
                     ", " + std::to_string(intensity.max_restarts) + " restarts in 5000 ms" + what);
  const auto show = [&] {
    for (const std::string& line : family.journal) steps.comes(line);
    family.journal.clear();
    std::string alive = "alive:";
    for (const auto& [id, pid] : family.pids) {
      if (family.scheduler.alive(pid)) alive += " " + id;
    }
    steps.comes(alive + (family.scheduler.alive(family.supervisor) ? ", and the supervisor" : ""));
  };
  show();
  while (steps.next()) {
    const unsigned kind = steps.below(7);
    const std::string id = steps.of({"a", "b", "c"});
    if (kind < 3) {
      const std::string how = steps.of({"crashes", "crashes", "ends", "shuts down", "is killed"});
      // What happens at once is handled at once: two may end before the supervisor hears of either.
      const bool two = steps.below(5) == 4;
      const std::string second = steps.of({"b", "c", "a"});
      steps.does(
          {1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24},
          id + " " + how + (two ? ", and so does " + second + " before anybody notices" : ""));
      family.scheduler.send(family.pids[id], std::string(how));
      if (two) family.scheduler.send(family.pids[second], std::string(how));
    } else if (kind == 3) {
      family.stubborn[id] = !family.stubborn[id];
      steps.does({}, id + (family.stubborn[id] ? " is stubborn from now on"
                                               : " is not stubborn any more"));
    } else if (kind < 6) {
      const long long time = steps.of({100LL, 99LL, 1LL, 4'900LL, 5'000LL, 5'001LL, 2'500LL});
      steps.does({10, 20, 21, 22}, std::to_string(time) + " ms pass");
      family.now += Millis{time};
    } else {
      const bool ends = steps.below(3) == 2;
      const ExitReason why = steps.of<ExitReason>(
          {{ExitReason::shutdown, "enough"}, {ExitReason::crash, "of somebody else"}});
      steps.does({2, 25, 26}, ends ? "the supervisor is asked to end: " + to_string(why)
                                   : "the supervisor is sent a number");
      if (ends) {
        family.scheduler.exit(family.supervisor, why);
      } else {
        family.scheduler.send(family.supervisor, 7);
      }
    }
    family.settle();
    show();
  }
}
