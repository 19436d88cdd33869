#pragma once
/// \file
/// What a mount's `transport_log` writes about one request: that it came, and how it was answered.
///
/// A websocket that opens is logged with status 101. Mirrors Plug.Logger.

#include <chrono>
#include <string>

#include "base/log.h"
#include "http/request.h"

namespace phx::transport {

class TransportLog {
 public:
  /// Logs that the request came.
  TransportLog(const Log& log, Level level, const http::Request& request);
  /// Logs the answer's status, and how long it took.
  void answered(int status) const;

 private:
  Log log_;
  Level level_;
  std::string method_;
  std::string path_;
  std::chrono::steady_clock::time_point came_;
};

}  // namespace phx::transport
