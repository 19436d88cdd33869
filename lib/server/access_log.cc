/// Formats the line.

#include "server/access_log.h"

#include <chrono>

namespace phx::server {

void write_access(const Log& log, const AccessEntry& entry, std::uint64_t bytes) {
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - entry.began);
  log.info(entry.method, {{"peer", entry.peer},
                          {"path", entry.path},
                          {"status", entry.status == 0 ? "-" : std::to_string(entry.status)},
                          {"bytes", std::to_string(bytes)},
                          {"us", std::to_string(took.count())}});
}

}  // namespace phx::server
