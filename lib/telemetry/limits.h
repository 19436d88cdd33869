#pragma once
/// \file
/// Limits that were reached: one event for all of them, and one line in the log.
///
/// Limits that belong to a fault have events of their own: see MailboxOverflowed, SlowConsumer and
/// ConnectionRefused.

#include <array>
#include <string>
#include <string_view>

#include "base/log.h"
#include "telemetry/telemetry.h"

namespace phx::telemetry {

/// Each is an option. What exceeds it is refused or ended; other clients do not notice.
enum class Limit : unsigned char {
  address_connections,  ///< ServerOptions::max_connections_per_address
  request_head,         ///< HttpLimits::head, bytes; and HttpLimits::fields
  request_body,         ///< HttpLimits::body, bytes
  request_time,         ///< HttpLimits::patience, milliseconds
  message_size,         ///< WebsocketOptions::max_frame_size, bytes
  message_rate,         ///< Mount::message_rate, messages a second
  byte_rate,            ///< Mount::byte_rate, bytes a second
  message_time,         ///< WebsocketOptions::message_patience, milliseconds
  write_time,           ///< ServerOptions::write_patience, milliseconds
  client_memory,        ///< ServerOptions::client_memory, bytes
  memory,               ///< ServerOptions::memory, bytes
  channels,             ///< UserSocket::max_channels
  name_size,            ///< UserSocket::max_name_size, bytes
  longpoll_sessions,    ///< EndpointOptions::max_longpoll_sessions
  longpoll_frames,      ///< LongpollOptions::max_waiting_frames
  longpoll_bytes,       ///< LongpollOptions::max_waiting_bytes
  farewell,             ///< ServerOptions::farewell, milliseconds
};
inline constexpr std::size_t limits = 17;

/// `message_rate`: for the log, and a metric's label.
constexpr std::string_view to_string(Limit limit) {
  constexpr std::array<std::string_view, limits> names{"address_connections",
                                                       "request_head",
                                                       "request_body",
                                                       "request_time",
                                                       "message_size",
                                                       "message_rate",
                                                       "byte_rate",
                                                       "message_time",
                                                       "write_time",
                                                       "client_memory",
                                                       "memory",
                                                       "channels",
                                                       "name_size",
                                                       "longpoll_sessions",
                                                       "longpoll_frames",
                                                       "longpoll_bytes",
                                                       "farewell"};
  return names[static_cast<std::size_t>(limit)];
}

/// Sent on the thread that reached the limit.
struct LimitReached {
  static constexpr std::string_view name = "phx.limit_reached";
  Limit limit;
  std::size_t allowed;  ///< In the limit's own unit.
};

/// Sends the event, and logs a warning: `a limit was reached limit=message_rate allowed=20
/// peer=127.0.0.1`.
void report_limit(const Telemetry& telemetry, const Log& log, const LimitReached& reached,
                  Log::Field more = {});

}  // namespace phx::telemetry
