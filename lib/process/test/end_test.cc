/// The end of a process, and what destructors may do during it.

#include "testing/actors.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::process;
using namespace phx::testing;

namespace {

/// Runs a function when destroyed: as a member of a process, or in a message.
struct AtLast {
  explicit AtLast(std::function<void()> f) : last(std::move(f)) {}
  AtLast(AtLast&& other) noexcept : last(std::exchange(other.last, [] {})) {}
  ~AtLast() { last(); }
  std::function<void()> last;
};

/// Its name for the log is destroyed before its last member.
struct Named : Process {
  explicit Named(std::function<void()> f) : at_last(std::move(f)) {}

  LogSubject::Metadata log_metadata() const override { return {{"topic", *topic}}; }

 protected:
  void handle(Message) override { stop(); }

 private:
  const AtLast at_last;
  const std::unique_ptr<std::string> topic = std::make_unique<std::string>("a long room's name");
};

}  // namespace

PHX_TEST("a line logged while a process is destroyed does not read its name") {
  std::vector<std::string> lines;
  const Log log =
      Log::to(Level::info, [&](Level, const std::string& line) { lines.push_back(line); });
  Scheduler scheduler(0, log);
  const auto named = [&] {
    return scheduler.spawn(std::make_unique<Named>([&log] { log.info("gone"); }));
  };
  const Pid stopped = named(), killed = named();
  named();
  scheduler.send(stopped, 1);
  scheduler.exit(killed, {ExitReason::killed});
  scheduler.run(Clock::now());
  expect_eq(lines, std::vector<std::string>{"gone", "gone"});
  scheduler.clear();
  expect_eq(lines, std::vector<std::string>{"gone", "gone", "gone"});
}

PHX_TEST("a destructor may send during clear(); the mail is dropped") {
  for (const bool cleared : {true, false}) {
    int sent = 0;
    {
      std::vector<Pid> pids;  // outlives the scheduler
      Scheduler scheduler;
      const auto tell_all = [&] {
        for (const Pid pid : pids) scheduler.send(pid, ++sent);
      };
      for (int i = 0; i < 10; ++i) {
        pids.push_back(scheduler.spawn(std::make_unique<Named>(tell_all)));
      }
      if (cleared) scheduler.clear();
    }
    expect_eq(sent, 100);
  }
}
