#pragma once
/// \file
/// The codes that say why a connection is closed: RFC 6455, 7.4.1. lib/README.md says where.

#include <cstdint>

namespace phx::socket {

enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,  ///< A `disconnect` broadcast: phoenix.js connects again.
  protocol_error = 1002,
  bad_payload = 1007,       ///< Text that is not valid UTF-8, or data that can't be inflated.
  policy_violation = 1008,  ///< A limit: Mount::message_rate, UserSocket::max_name_size.
  too_big = 1009,
  internal_error = 1011,   ///< A frame that is not a message, or a defect of ours.
  service_restart = 1012,  ///< Draining.
};

}  // namespace phx::socket
