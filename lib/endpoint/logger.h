#pragma once
/// \file
/// Writes the log of what clients do: one line a connection, a join, an event, as telemetry tells.
///
///     CONNECTED path=/socket transport=websocket vsn=2.0.0 us=120 params="{\"user\":\"ann\"}"
///     JOINED topic=room:lobby us=14 params={}
///     HANDLED event=new_msg topic=room:lobby us=9 params="{\"body\":\"hi\"}"
///
/// Mirrors Phoenix.Logger.

#include "base/log.h"
#include "json/parameter_filter.h"
#include "telemetry/telemetry.h"

namespace phx {

/// Attached while it lives; the Server makes one. Who wants other lines detaches Logger::id and
/// attaches handlers of his own. At which level a line is written is said by UserSocket::log,
/// Channel::log_join and Channel::log_handle_in. Where the log takes nothing so fine, no payload is
/// read.
class Logger {
 public:
  static constexpr const char* id = "phx.logger";

  /// `telemetry` outlives it. \throws std::invalid_argument where another one is attached.
  Logger(telemetry::Telemetry& telemetry, const Log& log, const ParameterFilter& filter);
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;
  ~Logger() { telemetry_.detach(id); }

 private:
  telemetry::Telemetry& telemetry_;
};

}  // namespace phx
