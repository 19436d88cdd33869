/// The one living machine.

#include "conformance/simulation/machine/machine.h"

#include <utility>

#include "base/check.h"

namespace phx::simulation {
namespace {

Machine* living = nullptr;

}  // namespace

Machine::Machine(std::uint64_t the_seed)
    : seed(the_seed), random(the_seed, "random bytes"), network(agenda, the_seed) {
  check(living == nullptr, "there is one machine at a time");
  living = this;
}

Machine::~Machine() { living = nullptr; }

Machine& Machine::here() {
  check(living != nullptr, "the library runs within a machine");
  return *living;
}
bool Machine::exists() { return living != nullptr; }

void Machine::on(Host& host, const std::function<void()>& what) {
  Host* const before = std::exchange(host_, &host);
  const Host* const ran = agenda.run_on(&host);
  host.enter();
  what();
  host.leave();
  agenda.run_on(ran);
  host_ = before;
}

}  // namespace phx::simulation
