/// What is kept of a hop, for how long, and what is never shown.

#include "telemetry/traces.h"

#include "process/scheduler.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::process;
using namespace phx::telemetry;
using namespace phx::testing;

namespace {

const std::string token = "a token that nobody guesses";

/// A trace of these bytes, one hop each.
void record(Traces& traces, const std::vector<std::string>& hops, const char* form = "frame") {
  const TraceScope scope(&traces);
  for (const std::string& bytes : hops) hop(form, bytes);
}

std::string only(const Traces& traces) {
  const auto hops = traces.since(0, 10);
  expect_eq(hops.size(), 1u);
  return hops[0].bytes;
}

std::string shown(const std::string& bytes, const char* form = "frame") {
  Traces traces(token);
  record(traces, {bytes}, form);
  return only(traces);
}

/// A client's text frame of fewer than 126 bytes.
std::string masked(const std::string& text, unsigned char first = 0x81) {
  const std::string mask = "\x11\x22\x33\x44";
  std::string frame{static_cast<char>(first), static_cast<char>(0x80 | text.size())};
  frame += mask;
  for (std::size_t i = 0; i < text.size(); ++i) frame += static_cast<char>(text[i] ^ mask[i % 4]);
  return frame;
}

}  // namespace

PHX_TEST("hops are read in the order in which they were recorded, from a number on") {
  Traces traces(token);
  record(traces, {"a", "b"});
  record(traces, {"c"});
  const auto all = traces.since(0, 10);
  expect_eq(all.size(), 3u);
  expect_eq(all[1].after, 1u);
  expect_eq(all[2].trace, 2u);
  expect_eq(std::string(all[0].file), "lib/telemetry/traces_test.cc");
  expect_eq(traces.since(all[1].number, 10).at(0).bytes, "c");
  expect_eq(traces.since(0, 2).size(), 2u);
  traces.clear();
  expect(traces.since(0, 10).empty(), "all is forgotten");
}

PHX_TEST("at a limit of traces or bytes the oldest trace is dropped") {
  Traces two(token, {}, {.traces = 2});
  for (const char* bytes : {"a", "b", "c"}) record(two, {bytes});
  expect_eq(two.since(0, 10).at(0).bytes, "b");
  Traces few(token, {}, {.bytes = 10});
  for (const char* bytes : {"123456", "abcdef"}) record(few, {bytes});
  expect_eq(only(few), "abcdef");
}

PHX_TEST("a trace has a limit of hops, and a hop one of bytes") {
  Traces traces(token, {}, {.hops = 2, .shown_bytes = 3});
  record(traces, {"12345", "b", "c"});
  const auto hops = traces.since(0, 10);
  expect_eq(hops.size(), 2u);
  expect_eq(hops[0].bytes, "123");
  expect_eq(hops[0].size, 5u);
}

PHX_TEST("messages of other nodes begin a limited number of traces in a second") {
  Traces traces(token, {}, {.foreign_a_second = 2});
  expect(traces.takes_foreign(), "the first");
  expect(traces.takes_foreign(), "the second");
  expect(!traces.takes_foreign(), "no third");
}

namespace {

/// A traced client's process, whose messages are held; it notes their numbers.
class HeldProcess {
 public:
  explicit HeldProcess(TraceLimits limits = {}) : traces(token, {}, limits) {
    const TraceScope scope(traces.recorder_for(token + ".left"));
    hop("join");
    pid = scheduler.spawn(std::make_unique<Noter>(handled));
    settle();
  }
  ~HeldProcess() { scheduler.clear(); }
  void send(int number) {
    const TraceScope scope(traces.recorder_for(token + ".left"));
    hop("sent");
    scheduler.send(pid, number);
  }
  void settle() {
    while (scheduler.run(Clock::now())) continue;
  }
  std::unique_ptr<Traces::Hold> hold() {
    return traces.hold("left", [this](Pid held) { scheduler.wake(held); });
  }

  Traces traces;
  Scheduler scheduler;
  Pid pid;
  std::vector<int> handled;

 private:
  struct Noter final : Process {
    explicit Noter(std::vector<int>& numbers) : handled(numbers) {}
    void handle(Message message) override { handled.push_back(*message.get_if<int>()); }
    std::vector<int>& handled;
  };
};

}  // namespace

PHX_TEST("slow motion: each step is one message, and the end of the hold releases the rest") {
  HeldProcess held;
  auto hold = held.hold();
  expect(held.hold() == nullptr, "a window holds its clients once");
  for (int number = 1; number <= 4; ++number) held.send(number);
  held.settle();
  expect_eq(held.handled, std::vector<int>{});
  expect_eq(hold->waiting().size(), 1u);
  expect(hold->waiting()[0].pid == held.pid, "it is this process");
  expect_eq(hold->waiting()[0].after, 1u);
  for (int steps = 1; steps <= 2; ++steps) {
    expect(hold->step(), "one waits");
    held.settle();
    expect_eq(held.handled.size(), static_cast<std::size_t>(steps));
  }
  hold.reset();
  held.settle();
  expect_eq(held.handled, std::vector<int>{1, 2, 3, 4});
}

PHX_TEST("slow motion has a limit of time, of steps and of processes") {
  HeldProcess late({.step_patience = Millis{0}});
  const auto forgotten = late.hold();
  expect(forgotten->over(), "it is over at once");
  late.send(1);
  late.settle();
  expect_eq(late.handled, std::vector<int>{1});

  HeldProcess stepped({.steps = 1});
  const auto hold = stepped.hold();
  for (int number = 1; number <= 3; ++number) stepped.send(number);
  stepped.settle();
  expect(hold->step(), "the only step");
  stepped.settle();
  expect(hold->over(), "then it is over");
  expect_eq(stepped.handled, std::vector<int>{1, 2, 3});

  HeldProcess free({.held = 0});
  const auto holds_none = free.hold();
  free.send(1);
  free.settle();
  expect_eq(free.handled, std::vector<int>{1});
  expect(!holds_none->step(), "none waits");
}

namespace {

/// A client's process, which counts what it handles, and sends itself a number until it is 0:
/// that takes several turns, which a slow neighbour would delay.
struct Counter final : Process {
  explicit Counter(int& count) : handled(count) {}
  void handle(Message message) override {
    ++handled;
    const int number = *message.get_if<int>();
    if (number > 0) scheduler().send(self(), number - 1);
  }
  int& handled;
};

/// Clients of several windows; one without a window is not traced.
class Neighbours {
 public:
  ~Neighbours() { scheduler.clear(); }
  Pid spawn(const std::string& window, int& count) {
    const TraceScope scope(recorder(window));
    hop("join");
    const Pid pid = scheduler.spawn(std::make_unique<Counter>(count));
    settle();
    return pid;
  }
  void send(const std::string& window, Pid pid, int number) {
    const TraceScope scope(recorder(window));
    hop("sent");
    scheduler.send(pid, number);
  }
  /// How many runs it takes until nobody has anything to do.
  int settle() {
    int runs = 1;
    while (scheduler.run(Clock::now())) ++runs;
    return runs;
  }
  std::unique_ptr<Traces::Hold> hold(const char* window) {
    return traces.hold(window, [this](Pid held) { scheduler.wake(held); });
  }

 private:
  HopRecorder* recorder(const std::string& window) {
    return window.empty() ? nullptr : traces.recorder_for(token + "." + window);
  }

  Traces traces{token};
  Scheduler scheduler;
};

}  // namespace

PHX_TEST("slow motion: the others take as many turns as without it, however much waits") {
  Neighbours house;
  int held = 0, other = 0, untraced = 0;
  const Pid left = house.spawn("left", held), right = house.spawn("right", other),
            nobody = house.spawn("", untraced);
  const auto say = [&] {
    for (int i = 0; i < 50; ++i) house.send("left", left, 0);
    house.send("right", right, 99);
    house.send("", nobody, 99);
    return house.settle();
  };
  const int runs = say();
  expect_eq(held, 50);
  held = other = untraced = 0;
  const auto hold = house.hold("left");
  const int with_one_held = say();  // a turn more for no one
  expect_eq(held, 0);
  expect_eq(other, 100);
  expect_eq(untraced, 100);
  expect(with_one_held <= runs, fmt::format("{} runs instead of {}", with_one_held, runs));
  expect_eq(hold->waiting().size(), 1u);
  expect_eq(house.settle(), 1);  // a held process is not tried again and again
}

PHX_TEST("slow motion: each window holds its own clients, and none of another's") {
  Neighbours house;
  int left_handled = 0, right_handled = 0;
  const Pid left = house.spawn("left", left_handled), right = house.spawn("right", right_handled);
  const auto left_hold = house.hold("left"), right_hold = house.hold("right");
  expect(left_hold != nullptr && right_hold != nullptr, "two people hold at the same time");
  house.send("left", left, 0);
  house.send("right", right, 0);
  house.settle();
  expect_eq(left_hold->waiting().size(), 1u);
  expect(left_hold->waiting()[0].pid == left, "its own");
  expect(left_hold->step(), "it waits");
  house.settle();
  expect_eq(left_handled, 1);
  expect_eq(right_handled, 0);
  // What one client says reaches another's process: it is not held by either window.
  house.send("left", right, 0);
  house.settle();
  expect_eq(right_handled, 0);  // after what already waits
  expect(right_hold->step(), "the first still waits");
  house.settle();
  expect_eq(right_handled, 2);
}

PHX_TEST("a window's hops have its name; the window that was idle longest gives way to a new one") {
  Traces traces(token, {}, {.windows = 2});
  HopRecorder* const left = traces.recorder_for(token + ".left");
  expect(left == traces.recorder_for(token + ".left"), "the same window, the same recorder");
  {
    const TraceScope scope(left);
    hop("frame", "a");
  }
  expect_eq(only(traces), "a");
  expect_eq(traces.since(0, 10)[0].window, "left");
  expect_eq(as_json(traces.since(0, 10)[0])["window"].string_or(""), "left");
  traces.clear();
  record(traces, {"b"});
  expect(!as_json(traces.since(0, 10).at(0)).has("window"), "a client that names none has none");

  const auto held = traces.hold("left", [](Pid) {});
  HopRecorder* const right = traces.recorder_for(token + ".right");
  expect(right != left, "a second one");
  expect(traces.recorder_for(token + ".third") == right,
         "the second gives way, as the first holds");
  const auto third = traces.hold("third", [](Pid) {});
  expect(traces.recorder_for(token + ".fourth") == &traces, "traced, for no window");
  expect(traces.hold("fourth", [](Pid) {}) == nullptr, "and it can't hold");
}

PHX_TEST("hidden values are not kept, wherever they stand") {
  expect_eq(shown(R"(["1","2","t","e",{"password":"sesame","a":1}])"),
            R"(["1","2","t","e",{"a":1,"password":"[FILTERED]"}])");
  expect_eq(shown(R"({"a":{"api_token":"sesame"}})"), R"({"a":{"api_token":"[FILTERED]"}})");
  // An escape in the key, a form's field, an answer with frames inside, and what is not JSON.
  expect_eq(shown(R"({"pass\u0077ord":"sesame"})"), R"({"password":"[FILTERED]"})");
  expect_eq(shown(R"({"value":"user[password]=sesame"})"), "");
  expect_eq(shown(R"({"messages":["{\"password\":\"sesame\"}"]})"), "");
  expect_eq(shown(R"({"password":"sesame)"), "");
  expect_eq(shown("\x01 password sesame"), "");
}

PHX_TEST("of a masked frame that may hold a hidden value only the head is kept") {
  const std::string plain = masked(R"({"a":1})");
  expect_eq(shown(plain, "masked frame"), plain);
  const std::string secret = masked(R"({"password":"sesame"})");
  expect_eq(shown(secret, "masked frame"), secret.substr(0, 2));
  // A part of a message, or of a frame, may be the end of a hidden value.
  expect_eq(shown(masked("sesame", 0x01), "masked frame").size(), 2u);
  expect_eq(shown(plain.substr(0, plain.size() - 1), "masked frame").size(), 2u);
  expect_eq(shown(plain + plain, "masked frame").size(), 2u);
}

PHX_TEST("the filter's own words decide") {
  Traces traces(token, ParameterFilter::discard({"pin"}));
  record(traces, {R"({"pin":1,"password":"shown"})"});
  expect_eq(only(traces), R"({"password":"shown","pin":"[FILTERED]"})");
}

PHX_TEST("only the token opens the traces, and a short one is refused") {
  const Traces traces(token);
  expect(traces.opened_by(token), "it opens them");
  for (const std::string& other :
       {std::string(), token + "x", token.substr(1), "x" + token.substr(1), std::string("x.left"),
        token + "." + std::string(Traces::max_window + 1, 'x')})
    expect(!traces.opened_by(other), "nothing else does");
  expect_eq(std::string(traces.window_in(token + ".left").value_or("?")), "left");
  expect_eq(std::string(traces.window_in(token).value_or("?")), "");
  const auto why = expect_throw<std::invalid_argument>([] { Traces short_one("too short"); });
  expect_eq(why, "expected a token of at least 16 bytes for traces, got 9");
}

PHX_TEST("a watch is called for each hop, until it ends") {
  Traces traces(token);
  int called = 0;
  {
    const Traces::Watch watch(traces, [&] { ++called; });
    record(traces, {"a", "b"});
  }
  record(traces, {"c"});
  expect_eq(called, 2);
}
