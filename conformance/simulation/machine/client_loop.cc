/// A client's loop, as net/client_loop.h promises it, on a machine's agenda.

#include "conformance/simulation/machine/client_loop.h"

#include <utility>

#include "base/check.h"
#include "conformance/simulation/machine/machine.h"

namespace phx::net {

using simulation::Agenda;
using simulation::Host;
using simulation::Machine;

struct ClientLoop::Handles {
  explicit Handles(uv_loop_s& the_loop) : loop(the_loop) {}
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    agenda.cancel(woken);
    agenda.cancel(due);
  }

  const uv_loop_s& loop;
  Agenda& agenda = Machine::here().agenda;
  std::function<void()> on_turn = [] {};
  std::optional<Agenda::Entry> woken;
  std::optional<Agenda::Entry> due;
};

ClientLoop::ClientLoop(uv_loop_s* callers) {
  check(callers != nullptr, "a simulated client is a guest on a loop");
  const_cast<std::unique_ptr<Handles>&>(handles_) = std::make_unique<Handles>(*callers);
}
ClientLoop::~ClientLoop() = default;

Clock::time_point ClientLoop::now() const {
  return std::chrono::floor<Millis>(handles_->loop.host.shown(handles_->agenda.now()));
}
void ClientLoop::on_turn(std::function<void()> callback) {
  handles_->on_turn = std::move(callback);
}
void ClientLoop::run() { check(false, "a simulated client has no thread"); }
void ClientLoop::stop() { check(false, "a simulated client has no thread"); }

void ClientLoop::wake() {
  if (handles_->woken) return;
  handles_->woken = handles_->agenda.after(Millis{0}, handles_->loop.host, "is woken", [this] {
    handles_->woken.reset();
    handles_->on_turn();
  });
}

void ClientLoop::turn_at(std::optional<Clock::time_point> time) {
  handles_->agenda.cancel(handles_->due);
  if (!time) return;
  Host& host = handles_->loop.host;
  handles_->due =
      handles_->agenda.at(host.when(std::chrono::ceil<Millis>(*time)), host, "timer", [this] {
        handles_->due.reset();
        handles_->on_turn();
      });
}

std::unique_ptr<DialedStream> ClientLoop::dial(const Dial& dial, DialUser& user) {
  return Machine::here().network.dial(handles_->loop.host, handles_->loop.access, dial, user);
}

}  // namespace phx::net
