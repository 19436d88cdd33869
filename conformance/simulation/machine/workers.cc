/// Worker threads, as process/workers.h promises them, without a thread: a job waits, runs, and is
/// done at times that the seed chooses. There is no limit on how many run together.

#include "process/workers.h"

#include <list>
#include <optional>
#include <utility>

#include "conformance/simulation/machine/machine.h"

namespace phx::process {
namespace {

using simulation::Agenda;
using simulation::Host;
using simulation::Machine;
using simulation::Micros;

struct Work {
  Workers::Job job;
  bool runs = false;
  std::optional<Agenda::Entry> next = {};
};

/// The work of one Workers.
struct Pool {
  Pool() { host.place.clear(); }
  Host host{"worker", Machine::here().seed};
  std::list<Work> work;

  void begin(std::list<Work>::iterator at) {
    at->runs = true;
    at->next =
        Machine::here().agenda.after(Machine::here().takes(host, Micros{50}, Micros{1'000'000}),
                                     host, "work is done", [this, at] { end(at); });
  }
  void end(std::list<Work>::iterator at) {
    const Workers::Job job = std::move(at->job);
    work.erase(at);
    job.run();
  }
};

/// By their Workers, whose own members are for threads.
std::map<const Workers*, Pool>& pools() {
  static std::map<const Workers*, Pool> all;
  return all;
}

}  // namespace

void Workers::post(Pid, const std::string&, Job job) {
  Pool& pool = pools()[this];
  const auto at = pool.work.insert(pool.work.end(), Work{std::move(job)});
  at->next =
      Machine::here().agenda.after(Machine::here().takes(pool.host, Micros{10}, Micros{20'000}),
                                   pool.host, "work begins", [&pool, at] { pool.begin(at); });
}

bool Workers::withdraw(Pid, Pid process) {
  Pool& pool = pools()[this];
  for (auto at = pool.work.begin(); at != pool.work.end(); ++at) {
    if (at->job.process != process || at->runs) continue;
    Machine::here().agenda.cancel(at->next);
    pool.work.erase(at);
    return true;
  }
  return false;
}

/// What runs is done now: nothing could wait for it.
bool Workers::stop(Millis) {
  Pool& pool = pools()[this];
  while (!pool.work.empty()) {
    const auto at = pool.work.begin();
    Machine::here().agenda.cancel(at->next);
    if (at->runs) {
      pool.end(at);
    } else {
      pool.work.erase(at);
    }
  }
  return true;
}

Workers::~Workers() {
  stop(Millis{0});
  pools().erase(this);
}

}  // namespace phx::process
