#pragma once
/// \file
/// The access log: one line a request, and one at the end of a websocket.
///
///     msg=GET peer=203.0.113.7 path=/login status=200 bytes=340 us=180
///     msg=GET peer=203.0.113.7 path=/socket/websocket status=101 bytes=81234 us=61200345
///
/// The path stands without its query, where tokens are.

#include <cstdint>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/time.h"
#include "http/request.h"

namespace phx::server {

/// What a line tells. Made when the request has come; a websocket has it until its end.
struct Visit {
  std::string peer;
  std::string method = "-";  ///< `-` for what was no request.
  std::string path = "-";
  int status = 0;  ///< 0 where the client left before the answer.
  Clock::time_point began = Clock::now();
  std::shared_ptr<const void> place = {};  ///< A websocket's, of its address: see Addresses.
};

/// `bytes` is what was written to the client.
void write_access(const Log& log, const Visit& visit, std::uint64_t bytes);

}  // namespace phx::server
