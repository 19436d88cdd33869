#pragma once
/// \file
/// What passes between a server and what runs it: systemd, and the program that it replaces.
///
/// From systemd come listening sockets (LISTEN_FDS), and to it goes how the server is: READY,
/// RELOADING, STOPPING, WATCHDOG. A server that is replaced without a break starts its successor:
/// it passes its own sockets on, and waits for the word that these are being served.

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
  /// Takes what the environment names off the environment. The program that is passed on to is the
  /// one at the same path, with the same arguments.
  Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  /// A listening socket of this port that was passed in, or for port 0 the first that is left: non-
  /// blocking, for the caller to close. Nothing if there is none.
  std::optional<int> take_socket(std::uint16_t port);
  /// Begins to hand them out anew, for a server that starts once more.
  void rewind();

  /// The server accepts connections, or does so again after reloading().
  void ready();
  void reloading() const;
  void stopping() const;
  void alive() const;
  /// How often alive() is expected, if it is: half of what systemd allows.
  std::optional<Millis> watchdog() const;

  /// Starts the successor with these listening sockets. \throws std::runtime_error if it can't.
  void start_successor(const std::vector<int>& sockets);
  enum class Successor { none, starting, serves, failed };
  /// Looks without waiting. Once it serves, systemd is told that it is the main process.
  Successor look_at_successor();
  /// Ends one that takes too long, or that is not wanted any more.
  void kill_successor();
  pid_t successor() const { return successor_; }

  /// A listening socket that was passed in.
  struct Inherited {
    int socket = -1;
    /// systemd's, which it keeps open itself, and gives again to the next process. A predecessor's
    /// is ours alone: once we close it, newcomers are refused.
    bool from_systemd = false;
    bool taken = false;
  };

 private:
  const std::string program_;
  const std::vector<std::string> arguments_;
  std::vector<Inherited> inherited_;
  int report_to_ = -1;    ///< To the predecessor that waits for our ready().
  int report_from_ = -1;  ///< From the successor.
  pid_t successor_ = -1;
};

}  // namespace phx::server
