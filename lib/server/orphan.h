#pragma once
/// \file
/// Starts a program as a child of nobody here: systemd, or whoever else takes in orphans, becomes
/// its parent.
///
/// systemd awaits the end of its own children alone. A main process that is another's child it does
/// not wait for: `systemctl stop` kills it at once, and the clients with it.

#include <sys/types.h>

#include <string>
#include <vector>

namespace phx::server {

struct OrphanOptions {
  std::string program;                   ///< Its path.
  std::vector<std::string> arguments;    ///< The first is its name.
  std::vector<std::string> environment;  ///< `NAME=value`
  std::vector<int> descriptors;          ///< Open in it under the same numbers, as 0, 1, 2 are.
};

/// Its process id. What can't be started after all ends with status 127. Any thread. \throws
/// std::runtime_error if the program may not be executed, or no process can be made.
pid_t start_orphan(OrphanOptions options);

}  // namespace phx::server
