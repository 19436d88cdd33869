#pragma once
/// \file
/// What happens between us and Redis, as telemetry.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/time.h"

namespace phx::redis {

/// Told on the thread of the connections, as all of these are unless said otherwise.
struct Connected {
  static constexpr std::string_view name = "phx.redis_connected";
  std::string_view role;  ///< `subscriber` or `publisher`
  const std::string& address;
};

/// Or could not be connected at all.
struct Disconnected {
  static constexpr std::string_view name = "phx.redis_disconnected";
  std::string_view role;
  const std::string& reason;
  Millis retry_after;
};

/// Redis was asked to send us more channels, or fewer, besides the one of all nodes; or it has
/// forgotten them, as the connection has ended.
struct ChannelsAsked {
  static constexpr std::string_view name = "phx.redis_channels_asked";
  std::size_t subscribed;
  std::size_t unsubscribed;
  std::size_t channels;  ///< How many it sends us, once it has confirmed them.
};

enum class Loss : unsigned char {
  away,      ///< There was no connection.
  broken,    ///< The connection ended before Redis had answered: it may have got them, or not.
  refused,   ///< Redis answered with an error.
  overflow,  ///< Options::max_pending_bytes of messages waited already. Told on any thread.
};
constexpr std::string_view to_string(Loss loss) {
  switch (loss) {
    case Loss::away: return "away";
    case Loss::broken: return "broken";
    case Loss::refused: return "refused";
    case Loss::overflow: return "overflow";
  }
  return "";
}

/// Published messages that other nodes will not get.
struct MessagesLost {
  static constexpr std::string_view name = "phx.redis_messages_lost";
  std::size_t count;
  Loss why;
  bool repeated;  ///< A tracker's: it says again what nobody heard.
};
/// Redis has taken a message.
struct Published {
  static constexpr std::string_view name = "phx.redis_published";
  std::size_t receivers;  ///< Nodes that were subscribed then, this one among them.
  bool repeated;
};

}  // namespace phx::redis
