#pragma once
/// \file
/// Everything that a program usually gets from its machine, made from one seed: time, chance, a
/// network, and the order in which things happen.
///
/// The library's own files are linked with the files of this folder in place of net/loop.cc,
/// net/timer.cc, net/client_loop.cc and process/workers.cc, and with outside.cc in place of the
/// clocks and of the random numbers. So what runs above is the library as it is.

#include <functional>
#include <string>

#include "conformance/simulation/machine/agenda.h"
#include "conformance/simulation/machine/network.h"
#include "conformance/simulation/machine/random.h"

namespace phx::simulation {

/// Neither copied nor moved. One at a time: clocks and random numbers find it only by here().
class Machine {
 public:
  explicit Machine(std::uint64_t seed);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine();

  /// The living machine. REQUIRES: there is one.
  static Machine& here();
  static bool exists();

  /// Runs `what` on `host`, at once.
  void on(Host& host, const std::function<void()>& what);
  /// The host whose loops are being made: see on().
  Host& host() const { return *host_; }
  /// How long computing takes on that host. Nothing while choices decide: what is ready together
  /// is so at the same time, and they take each order.
  Micros takes(Host& host, Micros least, Micros most) const {
    return agenda.choices() != nullptr ? Micros{0} : host.random.between(least, most);
  }

  const std::uint64_t seed;
  Agenda agenda;
  Random random;  ///< For what asks the machine for random bytes.
  Network network;

 private:
  Host* host_ = nullptr;
};

}  // namespace phx::simulation
