/// Sends one event and writes one log line.

#include "telemetry/limits.h"

namespace phx::telemetry {

void report_limit(const Telemetry& telemetry, const Log& log, const LimitReached& reached,
                  Log::Field more) {
  const std::string allowed = std::to_string(reached.allowed);
  const Log::Field limit{"limit", to_string(reached.limit)}, most{"allowed", allowed};
  if (more.first.empty()) {
    log.warn("a limit was reached", {limit, most});
  } else {
    log.warn("a limit was reached", {limit, most, more});
  }
  telemetry.execute(reached);
}

}  // namespace phx::telemetry
