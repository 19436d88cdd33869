#pragma once
/// \file
/// A server's link to systemd, and to the program that it replaces.
///
/// systemd passes listening sockets (LISTEN_FDS), and gets the server's state: READY, RELOADING,
/// STOPPING, WATCHDOG. A server that is replaced without a break starts its successor: it passes
/// its own sockets on, and waits until the successor serves them.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace phx::server {

/// One in a process: sockets are passed on once. Any thread, one call at a time. Neither copied nor
/// moved.
class Service {
 public:
  /// Reads the environment's variables, and removes them. The successor is the program at the same
  /// path, with the same arguments.
  Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  /// A listening socket of this port that was passed in, or for port 0 the first one left:
  /// non-blocking, for the caller to close. Nothing if none was passed in.
  std::optional<int> take_socket(std::uint16_t port);
  /// Starts from the first socket again, for a server that starts again.
  void rewind();

  /// The server accepts connections, or does so again after reloading().
  void ready();
  void reloading() const;
  void stopping() const;
  void alive() const;
  /// How often to call alive(), if at all: half of systemd's limit.
  std::optional<Millis> watchdog() const;

  /// Starts the successor with these listening sockets. \throws std::runtime_error if it can't.
  void start_successor(const std::vector<int>& sockets);
  enum class Successor { none, starting, serves, failed };
  /// Checks the successor without waiting. Once it serves, systemd is notified that it is the main
  /// process.
  Successor look_at_successor();
  /// Ends a successor that takes too long, or is no longer wanted.
  void kill_successor();
  pid_t successor() const { return successor_; }

  /// A listening socket that was passed in.
  struct Inherited {
    int socket = -1;
    /// systemd's own, which it keeps open and passes to the next process. A predecessor's is only
    /// ours: once we close it, new clients are refused.
    bool from_systemd = false;
    bool taken = false;
  };

 private:
  const std::string program_;
  const std::vector<std::string> arguments_;
  std::vector<Inherited> inherited_;
  int report_to_ = -1;    ///< To the predecessor, which waits for our ready().
  int report_from_ = -1;  ///< From the successor.
  pid_t successor_ = -1;
};

}  // namespace phx::server
