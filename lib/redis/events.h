#pragma once
/// \file
/// Telemetry of the connections to Redis.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/time.h"

namespace phx::redis {

/// Sent on the connections' thread, as are all of these unless noted.
struct Connected {
  static constexpr std::string_view name = "phx.redis_connected";
  std::string_view role;  ///< `subscriber` or `publisher`
  const std::string& address;
};

/// Or it could not be made.
struct Disconnected {
  static constexpr std::string_view name = "phx.redis_disconnected";
  std::string_view role;
  const std::string& reason;
  Millis retry_after;
};

/// Redis was asked for more or fewer channels, besides the one of all nodes; or the connection has
/// ended, and all of them with it.
struct ChannelsAsked {
  static constexpr std::string_view name = "phx.redis_channels_asked";
  std::size_t subscribed;
  std::size_t unsubscribed;
  std::size_t channels;  ///< Those that Redis sends, once confirmed.
};

enum class Loss : unsigned char {
  away,      ///< There was no connection.
  broken,    ///< The connection ended before Redis answered: it may have got them or not.
  refused,   ///< Redis answered with an error.
  overflow,  ///< Options::max_pending_bytes of messages already waited. Sent on any thread.
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
  bool repeated;  ///< A tracker's, which sends it again.
};
/// Redis has accepted a message.
struct Published {
  static constexpr std::string_view name = "phx.redis_published";
  std::size_t receivers;  ///< Nodes that were subscribed then, this one included.
  bool repeated;
  /// From its sending to Redis's answer: of one message at a time; zero for the others.
  Clock::duration took = {};
};

}  // namespace phx::redis
