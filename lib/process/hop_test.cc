/// A trace follows what a traced frame causes, and nothing else.

#include "process/hop.h"

#include "process/departures.h"
#include "process/scheduler.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::process;
using namespace phx::testing;

namespace {

/// Keeps `TRACE.HOP<AFTER FORM BYTES` of each hop.
class Journal final : public HopRecorder {
 public:
  std::uint64_t begin() noexcept override { return ++traces_; }
  std::uint32_t record(const Hop& hop) noexcept override {
    if (lines.size() >= most) return 0;
    lines.push_back(fmt::format("{}.{}<{} {}{}{}", hop.trace.id, lines.size() + 1, hop.trace.hop,
                                hop.form, hop.bytes.empty() ? "" : " ", hop.bytes));
    callees.push_back(hop.callee);
    pids.push_back(hop.trace.pid);
    functions.emplace_back(hop.where.function_name());
    return static_cast<std::uint32_t>(lines.size());
  }

  std::vector<std::string> lines, callees, functions;
  std::vector<Pid> pids;
  std::size_t most = 100;
  bool holds(Pid pid, const Trail&) noexcept override {
    if (!holding) return false;
    held.push_back(pid);
    return true;
  }
  bool holding = false;
  std::vector<Pid> held;

 private:
  std::uint64_t traces_ = 0;
};

using Act = std::function<void(Process&, Message&)>;

/// Does what a test needs with each message, after its hop.
class Actor final : public Process {
 public:
  explicit Actor(Act act) : act_(std::move(act)) {}
  using Process::offload;
  using Process::scheduler;
  using Process::stop;

 protected:
  void init() override { hop("init"); }
  void handle(Message message) override {
    hop("handle");
    act_(*this, message);
  }

 private:
  const Act act_;
};

Pid spawn(
    Scheduler& scheduler, Act act = [](Process&, Message&) {}) {
  return scheduler.spawn(std::make_unique<Actor>(std::move(act)));
}

void settle(Scheduler& scheduler) {
  while (scheduler.run(Clock::now())) continue;
}

struct Shown {
  int number;
};
int texts_made = 0;
std::string hop_text(const Shown& shown) {
  ++texts_made;
  return std::to_string(shown.number);
}

struct Yours {
  virtual ~Yours() = default;
};
struct Room final : Yours {};

}  // namespace

PHX_TEST("without a trace a hop makes no text, and a message takes no trail") {
  texts_made = 0;
  hop("value", Shown{1});
  Message message(1);
  message.depart();
  expect_eq(texts_made, 0);
  expect(message.trail() == nullptr, "the message has no trail");
}

PHX_TEST("a trace begins with its first hop, and ends with its scope") {
  Journal journal;
  {
    const TraceScope scope(&journal);
    hop("first", "a");
    hop("second", Shown{2});
  }
  hop("after");
  { const TraceScope without_a_hop(&journal); }
  const TraceScope scope(&journal);
  hop("next");
  expect_eq(journal.lines,
            std::vector<std::string>{"1.1<0 first a", "1.2<1 second 2", "2.3<0 next"});
}

PHX_TEST("a hop names the function that it stands in, and the one that it is about to call") {
  Journal journal;
  const Room room;
  const Yours& yours = room;
  const TraceScope scope(&journal);
  hop_into(yours, "handle_in", "{}");
  expect(journal.functions[0].find("case_") != std::string::npos, "it is this case");
  expect(journal.callees[0].ends_with("Room::handle_in"), "the object's own class is named");
}

PHX_TEST("a message takes its sender's trace to the turn that handles it, and to no other") {
  Journal journal;
  Scheduler scheduler;
  const Pid pid = spawn(scheduler);
  settle(scheduler);
  scheduler.send(pid, 1);
  {
    const TraceScope scope(&journal);
    hop("sent");
    scheduler.send(pid, 2);
  }
  scheduler.send(pid, 3);
  settle(scheduler);
  expect_eq(journal.lines, std::vector<std::string>{"1.1<0 sent", "1.2<1 handle"});
  expect(journal.pids[1] == pid, "the hop knows the process");
}

PHX_TEST("other turns that run within a traced one's scope are not traced") {
  Journal journal;
  Scheduler scheduler;
  const Pid pid = spawn(scheduler);
  settle(scheduler);
  scheduler.send(pid, 1);
  const TraceScope scope(&journal);
  hop("read");
  settle(scheduler);
  hop("read on");
  expect_eq(journal.lines, std::vector<std::string>{"1.1<0 read", "1.2<1 read on"});
}

PHX_TEST("a process that is spawned for a traced frame begins in its trace") {
  Journal journal;
  Scheduler scheduler;
  {
    const TraceScope scope(&journal);
    hop("join");
    spawn(scheduler);
  }
  settle(scheduler);
  expect_eq(journal.lines, std::vector<std::string>{"1.1<0 join", "1.2<1 init"});
}

PHX_TEST("a crash is a hop, and so is what its watchers do about it") {
  Journal journal;
  Scheduler scheduler;
  const Pid watcher = spawn(scheduler);
  const Pid pid =
      spawn(scheduler, [](Process&, Message&) { throw std::runtime_error("it broke"); });
  scheduler.monitor(watcher, pid);
  settle(scheduler);
  {
    const TraceScope scope(&journal);
    hop("sent");
    scheduler.send(pid, 1);
  }
  settle(scheduler);
  expect_eq(journal.lines, std::vector<std::string>{"1.1<0 sent", "1.2<1 handle",
                                                    "1.3<2 crash it broke", "1.4<3 handle"});
}

PHX_TEST("a process that a traced frame ends notifies its watchers in the trace") {
  Journal journal;
  Scheduler scheduler;
  const Pid watcher = spawn(scheduler), pid = spawn(scheduler);
  scheduler.monitor(watcher, pid);
  settle(scheduler);
  {
    const TraceScope scope(&journal);
    hop("join again");
    scheduler.exit(pid, {ExitReason::shutdown});
  }
  settle(scheduler);
  expect_eq(journal.lines, std::vector<std::string>{"1.1<0 join again", "1.2<1 handle"});
}

PHX_TEST("work on a worker thread, and what follows it, belong to the trace") {
  Journal journal;
  Scheduler scheduler;
  Workers workers(1);
  scheduler.use_workers(workers);
  const Pid pid = spawn(scheduler, [](Process& process, Message&) {
    static_cast<Actor&>(process).offload([] { hop("work"); }, [] { hop("then"); });
  });
  settle(scheduler);
  {
    const TraceScope scope(&journal);
    hop("sent");
    scheduler.send(pid, 1);
  }
  while (!scheduler.idle(pid)) scheduler.run(Clock::now());
  expect_eq(journal.lines,
            std::vector<std::string>{"1.1<0 sent", "1.2<1 handle", "1.3<2 work", "1.4<3 then"});
}

PHX_TEST("a task for another shard takes the trace along") {
  Journal journal;
  Scheduler here(0), there(1);
  Scheduler::connect({&here, &there});
  there.await_thread();
  {
    const TraceScope scope(&journal);
    hop("broadcast");
    there.offer([] { hop("dispatch"); });
  }
  there.adopt_thread();
  settle(there);
  expect_eq(journal.lines, std::vector<std::string>{"1.1<0 broadcast", "1.2<1 dispatch"});
}

PHX_TEST("of another node's message only processes that a traced frame spawned are shown") {
  Journal journal;
  Scheduler scheduler;
  const Pid other = spawn(scheduler);
  Pid own;
  {
    const TraceScope scope(&journal);
    hop("join");
    own = spawn(scheduler);
  }
  settle(scheduler);
  {
    const TraceScope scope(&journal, true);
    hop("from Redis");
    for (const Pid pid : {other, own}) scheduler.send(pid, 1);
  }
  settle(scheduler);
  expect_eq(journal.lines, std::vector<std::string>{"1.1<0 join", "1.2<1 init", "2.3<0 from Redis",
                                                    "2.4<3 handle"});
  expect(journal.pids.back() == own, "it is the traced client's");
}

PHX_TEST("a held process keeps its mail in order until it is woken, and holds up no other") {
  Journal journal;
  Scheduler scheduler;
  std::vector<int> handled;
  const auto note = [&](Process&, Message& message) { handled.push_back(*message.get_if<int>()); };
  const Pid other = spawn(scheduler, note);
  Pid own;
  const auto traced_send = [&](Pid to, int number) {
    const TraceScope scope(&journal);
    hop("sent");
    scheduler.send(to, number);
  };
  {
    const TraceScope scope(&journal);
    hop("join");
    own = spawn(scheduler, note);
  }
  settle(scheduler);

  journal.holding = true;
  traced_send(own, 1);
  scheduler.send(own, 2);
  traced_send(other, 3);  // gets the traced client's broadcast: never held
  scheduler.send(other, 4);
  settle(scheduler);
  expect_eq(handled, std::vector<int>{3, 4});
  expect(!scheduler.idle(own), "its mail waits");
  scheduler.wake(own);
  settle(scheduler);
  expect_eq(handled, std::vector<int>{3, 4});

  journal.holding = false;
  scheduler.wake(own);
  settle(scheduler);
  expect_eq(handled, std::vector<int>{3, 4, 1, 2});
  expect(!journal.held.empty(), "the recorder was asked");
  for (const Pid pid : journal.held) expect(pid == own, "no other was held");
}

PHX_TEST("a held process can be ended, and waking an ended one does nothing") {
  Journal journal;
  Scheduler scheduler;
  Pid own;
  {
    const TraceScope scope(&journal);
    hop("join");
    own = spawn(scheduler);
  }
  settle(scheduler);
  journal.holding = true;
  {
    const TraceScope scope(&journal);
    hop("sent");
    scheduler.send(own, 1);
  }
  settle(scheduler);
  scheduler.exit(own, {ExitReason::killed});
  settle(scheduler);
  expect(!scheduler.alive(own), "it ended");
  scheduler.wake(own);
  settle(scheduler);
}

PHX_TEST("a full trace is not followed any further") {
  Journal journal;
  journal.most = 1;
  Scheduler scheduler;
  const Pid pid = spawn(scheduler);
  const TraceScope scope(&journal);
  hop("first");
  hop("second");
  Message message(1);
  message.depart();
  expect(message.trail() == nullptr, "the message has no trail");
  scheduler.send(pid, std::move(message));
  settle(scheduler);
  expect_eq(journal.lines, std::vector<std::string>{"1.1<0 first"});
}

PHX_TEST("an idle connection carries one pointer for traces") {
  static_assert(sizeof(Departures) == sizeof(void*));
  Journal journal;
  Departures traced(&journal), other;
  expect(traced.recorder() == &journal && other.recorder() == nullptr, "its client's, or none");
  traced.leave("written", "nothing waits");
  expect(traced.recorder() == &journal, "its client is traced for as long as it is connected");
}

PHX_TEST("frames that are written together leave together, each in its own trace") {
  Journal journal;
  Departures departures;
  departures.add("frame", "untraced");
  for (const char* bytes : {"a", "b"}) {
    const TraceScope scope(&journal);
    departures.add("frame", bytes);
  }
  departures.leave("written", "ab");
  departures.leave("written", "c");
  expect_eq(journal.lines, std::vector<std::string>{"1.1<0 frame a", "2.2<0 frame b",
                                                    "1.3<1 written ab", "2.4<2 written ab"});
}
