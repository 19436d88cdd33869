#pragma once
/// \file
/// The mutant's loop: takes clients in, connects each to the good server, and moves their bytes.

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "conformance/mutants/link.h"
#include "conformance/suite/server_process.h"

namespace phx::conformance {

class Proxy {
 public:
  /// Listens on 127.0.0.1:`port`, in front of `server`, which outlives it.
  /// \throws std::runtime_error where the port can't be had.
  Proxy(Tamper tamper, ServerProcess& server, int port);
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy();

  /// Until the server has ended, and what it said last has been passed on. SIGTERM goes to the
  /// server.
  void run();

 private:
  bool owes_its_clients();
  void accept_one();
  void move_bytes();
  void told_to_stop();

  Tamper tamper_;
  ServerProcess& server_;
  int listener_ = -1;
  int signals_ = -1;
  int links_so_far_ = 0;
  std::list<Link> links_;
};

}  // namespace phx::conformance
