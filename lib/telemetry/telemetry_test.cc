/// Attached handlers are called, detached ones are not, and one that throws is detached.

#include "telemetry/telemetry.h"

#include <thread>

#include "testing/case.h"

using namespace phx::telemetry;
using namespace phx::testing;

namespace {

struct TimerFired {
  static constexpr std::string_view name = "test.rang";
  int times;
};
struct Knocked {
  static constexpr std::string_view name = "test.knocked";
  const std::string& door;
};

}  // namespace

PHX_TEST("a handler gets the events of its kind, in order") {
  Telemetry telemetry;
  std::vector<int> heard;
  telemetry.attach("ear",
                   {on<TimerFired>([&](const TimerFired& rang) { heard.push_back(rang.times); })});
  telemetry.execute(TimerFired{1});
  telemetry.execute(Knocked{"front"});
  telemetry.execute(TimerFired{2});
  expect_eq(heard, std::vector<int>{1, 2});
}

PHX_TEST("one id may handle several kinds, and several ids one kind, in the order of attaching") {
  Telemetry telemetry;
  std::string heard;
  telemetry.attach("first",
                   {on<TimerFired>([&](const TimerFired&) { heard += "1 "; }),
                    on<Knocked>([&](const Knocked& knock) { heard += knock.door + " "; })});
  telemetry.attach("second", {on<TimerFired>([&](const TimerFired&) { heard += "2 "; })});
  telemetry.execute(TimerFired{1});
  telemetry.execute(Knocked{"back"});
  expect_eq(heard, std::string("1 2 back "));
}

PHX_TEST("a detached handler gets nothing, and its id is free again") {
  Telemetry telemetry;
  int heard = 0;
  const auto count = [&heard](const TimerFired&) { ++heard; };
  telemetry.attach("ear", {on<TimerFired>(count)});
  expect(telemetry.detach("ear"), "it was attached");
  expect(!telemetry.detach("ear"), "it is detached now");
  telemetry.execute(TimerFired{1});
  expect_eq(heard, 0);
  telemetry.attach("ear", {on<TimerFired>(count)});
  telemetry.execute(TimerFired{1});
  expect_eq(heard, 1);
}

PHX_TEST("an id that is taken is refused with its name") {
  Telemetry telemetry;
  telemetry.attach("ear", {on<TimerFired>([](const TimerFired&) {})});
  const std::string text = expect_throw<std::invalid_argument>(
      [&] { telemetry.attach("ear", {on<TimerFired>([](const TimerFired&) {})}); });
  expect_eq(text, std::string("expected an id that no handler has, got \"ear\": detach it first, "
                              "or choose another"));
}

PHX_TEST("attached() says whether a handler is attached, and only then a span reads the clock") {
  Telemetry telemetry;
  expect(!telemetry.attached<TimerFired>(), "no handler yet");
  expect(!telemetry.span<TimerFired>(), "and so nothing is measured");
  telemetry.attach("ear", {on<Knocked>([](const Knocked&) {})});
  expect(!telemetry.attached<TimerFired>(), "no handler of this kind");
  telemetry.attach("other", {on<TimerFired>([](const TimerFired&) {})});
  const Span span = telemetry.span<TimerFired>();
  expect(span && span.duration() >= Duration{0}, "now there is a handler");
}

PHX_TEST("a handler that throws is detached from all its kinds, and a failure event is sent") {
  Telemetry telemetry;
  int heard = 0;
  std::string told;
  telemetry.attach("bad",
                   {on<TimerFired>([](const TimerFired&) { throw std::runtime_error("deaf"); }),
                    on<Knocked>([&](const Knocked&) { heard += 100; })});
  telemetry.attach("good", {on<TimerFired>([&](const TimerFired&) { ++heard; }),
                            on<HandlerFailed>([&](const HandlerFailed& failed) {
                              told =
                                  failed.handler_id + " on " + failed.event + ": " + failed.reason;
                            })});
  telemetry.execute(TimerFired{1});
  expect_eq(told, std::string("bad on test.rang: deaf"));
  telemetry.execute(TimerFired{2});
  telemetry.execute(Knocked{"front"});
  expect_eq(heard, 2);
}

PHX_TEST("a handler of failures that throws is dropped silently") {
  Telemetry telemetry;
  telemetry.attach("bad", {on<TimerFired>([](const TimerFired&) { throw 1; }),
                           on<HandlerFailed>([](const HandlerFailed&) {})});
  telemetry.attach(
      "worse", {on<HandlerFailed>([](const HandlerFailed&) { throw std::runtime_error("no"); })});
  telemetry.execute(TimerFired{1});
  expect(!telemetry.attached<TimerFired>() && !telemetry.attached<HandlerFailed>(),
         "no handler is left");
}

PHX_TEST("a handler may detach itself, and attach another, while it is called") {
  Telemetry telemetry;
  int heard = 0;
  telemetry.attach("once", {on<TimerFired>([&](const TimerFired&) {
                     telemetry.detach("once");
                     telemetry.attach("next",
                                      {on<TimerFired>([&](const TimerFired&) { heard += 10; })});
                     ++heard;
                   })});
  telemetry.execute(TimerFired{1});
  expect_eq(heard, 1);
  telemetry.execute(TimerFired{2});
  expect_eq(heard, 11);
}

PHX_TEST("threads may attach and detach while others execute") {
  Telemetry telemetry;
  std::atomic<int> heard = 0;
  telemetry.attach("stays", {on<TimerFired>([&](const TimerFired&) { ++heard; })});
  std::thread teller([&] {
    for (int i = 0; i < 2'000; ++i) telemetry.execute(TimerFired{i});
  });
  for (int i = 0; i < 200; ++i) {
    telemetry.attach("comes and goes", {on<TimerFired>([](const TimerFired&) {})});
    telemetry.detach("comes and goes");
  }
  teller.join();
  expect_eq(heard.load(), 2'000);
}

PHX_TEST("attaching has a limit, which its error states") {
  Telemetry telemetry;
  int times = 0;
  const auto attach_for_ever = [&] {
    for (;; ++times) {
      telemetry.attach("ear", {on<TimerFired>([](const TimerFired&) {})});
      telemetry.detach("ear");
    }
  };
  expect_eq(expect_throw<std::length_error>(attach_for_ever),
            std::string("handlers were attached 10,000 times: attach once, at the start"));
  expect_eq(times, 10'000);
}
