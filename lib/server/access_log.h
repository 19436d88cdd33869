#pragma once
/// \file
/// The access log: one line a request, and one at the end of a websocket.
///
///     msg=GET peer=203.0.113.7 path=/login status=200 bytes=340 us=180
///     msg=GET peer=203.0.113.7 path=/socket/websocket status=101 bytes=81234 us=61200345
///
/// The path is logged without its query, which may hold tokens.

#include <cstdint>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/time.h"
#include "http/request.h"

namespace phx::server {

/// The contents of a line. Made when the request has come; a websocket keeps it until its end.
struct AccessEntry {
  std::string peer;
  std::string method = "-";  ///< `-` for an invalid request.
  std::string path = "-";
  int status = 0;  ///< 0 if the client left before the answer.
  Clock::time_point began = Clock::now();
  std::shared_ptr<const void> place = {};  ///< A websocket's place of its address: see Addresses.
};

/// `bytes` is the number written to the client.
void write_access(const Log& log, const AccessEntry& entry, std::uint64_t bytes);

}  // namespace phx::server
