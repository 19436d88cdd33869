/// Formats the line.

#include "server/access_log.h"

#include <chrono>

namespace phx::server {

void write_access(const Log& log, const Visit& visit, std::uint64_t bytes) {
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - visit.began);
  log.info(visit.method, {{"peer", visit.peer},
                          {"path", visit.path},
                          {"status", visit.status == 0 ? "-" : std::to_string(visit.status)},
                          {"bytes", std::to_string(bytes)},
                          {"us", std::to_string(took.count())}});
}

}  // namespace phx::server
