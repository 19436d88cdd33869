#pragma once
/// \file
/// Starts a program as an orphan: systemd, or whichever process adopts orphans, becomes its parent.
///
/// systemd waits only for the end of its own children. If the main process is another's child,
/// `systemctl stop` kills it at once, and its clients' connections.

#include <sys/types.h>

#include <string>
#include <vector>

namespace phx::server {

struct OrphanOptions {
  std::string program;                   ///< Its path.
  std::vector<std::string> arguments;    ///< The first is its name.
  std::vector<std::string> environment;  ///< `NAME=value`
  std::vector<int>
      descriptors;  ///< Descriptors to keep open in it under the same numbers, besides 0, 1 and 2.
};

/// Returns its process id. If the program can't be started after all, the process ends with status
/// 127. Any thread. \throws std::runtime_error if the program may not be executed, or no process
/// can be made.
pid_t start_orphan(OrphanOptions options);

}  // namespace phx::server
