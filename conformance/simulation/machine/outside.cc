/// The clocks and the random numbers of a simulated machine, and traps for what it does not have.
///
/// The linker gives the function `__wrap_NAME` to all that calls `NAME` in the library and in the
/// world: see SIMULATED in conformance.mk. Before there is a machine, static objects get zeros.

#include <sys/types.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

#include "conformance/simulation/machine/machine.h"
#include "server/memory.h"

using phx::simulation::Machine;

namespace {

constexpr std::chrono::seconds epoch{1'800'000'000};  // 2027: some time of day

/// As the host that runs shows it.
std::chrono::nanoseconds monotonic() {
  if (!Machine::exists()) return {};
  const phx::simulation::Agenda& agenda = Machine::here().agenda;
  const phx::Clock::time_point now =
      agenda.running() == nullptr ? agenda.now() : agenda.running()->shown(agenda.now());
  return now.time_since_epoch();
}

std::chrono::nanoseconds calendar() {
  const auto* host = Machine::exists() ? Machine::here().agenda.running() : nullptr;
  return epoch + monotonic() + (host == nullptr ? std::chrono::seconds{0} : host->ahead);
}

void fill(void* bytes, std::size_t size) {
  phx::simulation::Random nothing(0);
  (Machine::exists() ? Machine::here().random : nothing).fill(bytes, size);
}

}  // namespace

// Names that the linker asks for, so no rule of ours holds for them.
// NOLINTBEGIN(bugprone-reserved-identifier)
#ifdef __clang__  // C has no time points; they are returned as the numbers that they hold
#pragma clang diagnostic ignored "-Wreturn-type-c-linkage"
#endif
extern "C" {

std::chrono::steady_clock::time_point __wrap__ZNSt6chrono3_V212steady_clock3nowEv() {
  return std::chrono::steady_clock::time_point(monotonic());
}
std::chrono::system_clock::time_point __wrap__ZNSt6chrono3_V212system_clock3nowEv() {
  return std::chrono::system_clock::time_point(calendar());
}
int __wrap_clock_gettime(clockid_t clock, timespec* now) {
  const auto time = clock == CLOCK_REALTIME ? calendar() : monotonic();
  now->tv_sec = time / std::chrono::seconds(1);
  now->tv_nsec = (time % std::chrono::seconds(1)).count();
  return 0;
}
std::time_t __wrap_time(std::time_t* now) {
  const std::time_t seconds = calendar() / std::chrono::seconds(1);
  if (now != nullptr) *now = seconds;
  return seconds;
}

int __wrap_RAND_bytes(unsigned char* bytes, int size) {
  fill(bytes, static_cast<std::size_t>(size));
  return 1;
}
void __wrap_randombytes_buf(void* bytes, std::size_t size) { fill(bytes, size); }
std::uint32_t __wrap_randombytes_random() {
  std::uint32_t number = 0;
  fill(&number, sizeof number);
  return number;
}
unsigned int __wrap__ZNSt13random_device9_M_getvalEv(std::random_device*) {
  return __wrap_randombytes_random();
}
void __wrap__ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE(
    std::random_device*, const std::string&) {}
void __wrap__ZNSt13random_device7_M_finiEv(std::random_device*) {}

/// A world has one thread.
pid_t __wrap_gettid() { return 1; }

/// A socket that was accepted and that nobody takes over.
int __wrap_close(int socket) { return Machine::here().network.close(socket) ? 0 : -1; }

/// The machine's memory is not simulated: there is always enough.
std::size_t __wrap__ZN3phx6server15resident_memoryEv() { return 0; }
void __wrap__ZN3phx6server19release_free_memoryEv() {}

/// Files, threads, and waiting for either: parts of the library that no world uses.
#define TRAP(name)                                                                           \
  [[noreturn]] void __wrap_##name() {                                                        \
    std::fputs("simulation: " #name " was called, and a world has no such thing\n", stderr); \
    std::abort();                                                                            \
  }
TRAP(open)
TRAP(poll)
TRAP(write)
TRAP(dup3)
TRAP(isatty)
TRAP(getenv)
TRAP(sysconf)
TRAP(pthread_sigmask)
TRAP(pthread_setcancelstate)
TRAP(pthread_cancel)
TRAP(pthread_cond_clockwait)
TRAP(_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE)
TRAP(_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE)
TRAP(_ZNSt6thread4joinEv)
TRAP(_ZNSt13basic_filebufIcSt11char_traitsIcEE4openEPKcSt13_Ios_Openmode)

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
