#pragma once
/// \file
/// Logs what clients do: one line for each connection, join and event, from telemetry.
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

/// Attached while it lives; the Server makes one. For other lines, detach Logger::id and attach
/// your own handlers. UserSocket::log, Channel::log_join and Channel::log_handle_in set the lines'
/// levels. If the log does not take a level, no payload is read for it.
class Logger {
 public:
  static constexpr const char* id = "phx.logger";

  /// `telemetry` outlives it. \throws std::invalid_argument if another one is attached.
  Logger(telemetry::Telemetry& telemetry, const Log& log, const ParameterFilter& filter);
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;
  ~Logger() { telemetry_.detach(id); }

 private:
  telemetry::Telemetry& telemetry_;
};

}  // namespace phx
