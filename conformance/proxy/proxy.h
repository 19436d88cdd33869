#pragma once
/// \file
/// The mutant's loop, and that of phx-trace record: takes clients in, connects each to the server,
/// and moves their bytes.

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "conformance/proxy/link.h"
#include "conformance/suite/wire/server_process.h"

namespace phx::conformance {

/// The server behind a proxy.
struct Upstream {
  std::function<int()> connect;     ///< A connected socket, or -1.
  std::function<bool()> ended;      ///< Whether there is a server no more.
  std::function<void()> terminate;  ///< The proxy was told to stop.
};

class Proxy {
 public:
  /// Listens on 127.0.0.1:`port`, in front of `server`.
  /// \throws std::runtime_error where the port can't be had.
  Proxy(Tamper tamper, Upstream server, int port);
  /// The same before a process, which outlives it.
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
  Upstream server_;
  int listener_ = -1;
  int signals_ = -1;
  int links_so_far_ = 0;
  std::list<Link> links_;
};

}  // namespace phx::conformance
