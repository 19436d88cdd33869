/// The figures of /proc and the clocks for this process.

#include "conformance/load/client/usage.h"

#include <sys/wait.h>
#include <unistd.h>

#include <ctime>

#include "conformance/load/bench/measure.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::bench;

namespace {

using testing::expect;
using testing::expect_eq;

/// A process that has just ended.
pid_t dead_process() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return child;
}

PHX_TEST("a process's time is that of its own clock, and grows as it works") {
  const auto before = cpu_seconds_of(getpid());
  expect(before.has_value(), "we exist");
  const auto clock_before = std::clock();
  while (std::clock() - clock_before < CLOCKS_PER_SEC / 50) {
  }
  const auto worked = *cpu_seconds_of(getpid()) - *before;
  expect(worked >= 0.02 && worked < 1, fmt::format("{} s are about 20 ms", worked));
}

PHX_TEST("memory that is touched is resident") {
  constexpr std::size_t size = 50'000'000;
  const auto before = resident_bytes_of(getpid());
  const std::vector<char> touched(size, 'x');
  const auto after = resident_bytes_of(getpid());
  expect(before && after && *after >= *before + size * 9 / 10 && touched.back() == 'x', "it grew");
}

/// A process that has ended, and that its parent waits for only when this is destroyed.
class Zombie {
 public:
  Zombie() : pid_(fork()) {
    if (pid_ == 0) _exit(0);
    siginfo_t end{};
    waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOWAIT);
  }
  Zombie(const Zombie&) = delete;
  Zombie& operator=(const Zombie&) = delete;
  ~Zombie() { waitpid(pid_, nullptr, 0); }
  pid_t pid() const { return pid_; }

 private:
  const pid_t pid_;
};

PHX_TEST("a process runs until it ends, whether or not its parent waits for it") {
  expect(runs(getpid()), "we run");
  expect(!runs(dead_process()), "it has been waited for");
  const Zombie zombie;
  expect(!runs(zombie.pid()), "a zombie does not run");
  expect(!resident_bytes_of(zombie.pid()), "and holds no memory");
}

PHX_TEST("for a process that is gone nothing is known") {
  const auto gone = dead_process();
  expect(!cpu_seconds_of(gone) && !resident_bytes_of(gone) && !descriptor_limit_of(gone),
         "nothing");
}

PHX_TEST("the machine has a name, and has worked") {
  expect(machine().find(" x ") != std::string::npos, machine());
  expect(machine_busy_seconds() > 0 && kernel_slab_bytes() > 0, "as it says itself");
}

PHX_TEST("the limit of descriptors is the one that was raised") {
  const auto raised = raise_descriptor_limit();
  expect(descriptor_limit_of(getpid()) == raised, "the same");
  Loop loop;
  Target target;
  target.pid = getpid();
  expect_eq(too_many({loop, target, {}, raised}, 1), "");
  expect(!too_many({loop, target, {}, raised}, raised).empty(), "that many are too many");
}

PHX_TEST("the usage of others excludes the server and this process") {
  Result result;
  expect(!disturbed(result), "nothing is known");
  result.others_busy = 0.05;
  expect(!disturbed(result), "the kernel's threads");
  result.others_busy = 0.3;
  expect(disturbed(result), "somebody's build");
}

}  // namespace
