/// A server's loop and its timers, as net/loop.h and net/timer.h promise them, on a machine's
/// agenda.

#include "conformance/simulation/machine/loop.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "conformance/simulation/machine/machine.h"
#include "net/timer.h"

namespace phx::net {

using simulation::Agenda;
using simulation::Host;
using simulation::Machine;
using simulation::Micros;

/// A round follows all that happens on the host, after a moment: so several things may have
/// happened by then, as with a loop that was computing meanwhile.
struct Loop::Handles {
  explicit Handles(Host& the_host) : host(the_host), leave(the_host.leave) {
    host.leave = [this] {
      leave();
      if (!std::exchange(was_round, false)) round_soon();
    };
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    Machine::here().agenda.cancel(next);
    host.leave = leave;
  }

  void round_soon() {
    if (next || stopped) return;
    next = Machine::here().agenda.after(Machine::here().takes(host, Micros{5}, Micros{200}), host,
                                        "computes", [this] { take_round(); });
  }
  void take_round() {
    next.reset();
    was_round = true;
    round();
    if (is_busy) round_soon();
  }

  Host& host;
  const std::function<void()> leave;
  std::function<void()> round = [] {};
  std::optional<Agenda::Entry> next;
  bool was_round = false;
  bool is_busy = false;
  bool stopped = false;
};

Loop::Loop(std::size_t) : handles_(std::make_unique<Handles>(Machine::here().host())) {}
Loop::~Loop() = default;

/// To the millisecond, as libuv's.
Clock::time_point Loop::now() const {
  return std::chrono::floor<Millis>(handles_->host.shown(Machine::here().agenda.now()));
}
void Loop::on_round(std::function<void()> callback) { handles_->round = std::move(callback); }
void Loop::run() { check(false, "a world, and not a thread, drives a simulated loop"); }
void Loop::stop() { handles_->stopped = true; }
void Loop::wake() { handles_->round_soon(); }
void Loop::busy(bool is_busy) { handles_->is_busy = is_busy; }
void Loop::prepare(const Certificate&) { check(false, "the simulated network is without TLS"); }
std::unique_ptr<Stream> Loop::adopt(int socket, Peer, const Certificate*) {
  return Machine::here().network.adopt(socket, handles_->host);
}

// --- Timers -------------------------------------------------------------------------------------

struct Timer::Handle {
  std::optional<Agenda::Entry> due;
};

Timer::Timer(Loop& loop, std::function<void()> callback)
    : loop_(loop), callback_(std::move(callback)) {}
Timer::~Timer() { stop(); }

void Timer::start(Millis wait) { begin(wait, Millis{0}); }
void Timer::every(Millis interval) { begin(interval, interval); }

/// Its callback may stop it, or start it again.
void Timer::begin(Millis wait, Millis repeat) {
  if (!handle_) handle_ = std::make_unique<Handle>();
  stop();
  Host& host = loop_.handles().host;
  handle_->due = Machine::here().agenda.at(host.when(loop_.now() + std::max(wait, Millis{0})), host,
                                           "timer", [this, repeat] {
                                             handle_->due.reset();
                                             if (repeat > Millis{0}) begin(repeat, repeat);
                                             const auto callback = callback_;  // may destroy it
                                             callback();
                                           });
}

void Timer::stop() {
  if (handle_) Machine::here().agenda.cancel(handle_->due);
}

}  // namespace phx::net

namespace phx::simulation {

bool has_stopped(net::Loop& loop) { return loop.handles().stopped; }

}  // namespace phx::simulation
