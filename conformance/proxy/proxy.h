#pragma once
/// \file
/// The mutant's loop, and that of phx-trace record: accepts clients, connects each to the server,
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
  std::function<bool()> ended;      ///< Whether the server has ended.
  std::function<void()> terminate;  ///< The proxy was asked to stop.
};

class Proxy {
 public:
  /// Listens on 127.0.0.1:`port`, in front of `server`. \throws std::runtime_error if the port is
  /// not free.
  Proxy(Tamper tamper, Upstream server, int port);
  /// The same in front of a process, which outlives it.
  Proxy(Tamper tamper, ServerProcess& server, int port);
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy();

  /// Runs until the server has ended and its last output is passed on. SIGTERM is passed to the
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
