#pragma once
/// \file
/// Redis's addresses, and time limits.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace phx::redis {

struct Address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  bool operator==(const Address&) const = default;
};
std::string to_string(const Address& address);

/// Defaults are those of redix, which Phoenix uses, if it has them.
struct Options {
  /// Tried one after the other until one can be reached.
  std::vector<Address> addresses = {Address{}};
  /// If set, the addresses are those of Sentinels, which know where the master of this name is.
  std::string sentinel_master = {};
  std::string user = {};
  std::string password = {};
  unsigned database =
      0;  ///< Publishing does not depend on the database, but Redis may allow a user only one.

  /// Between attempts to connect: the first wait, which grows by half until the last. A Redis that
  /// refuses the login is left alone for longer. While one can't be reached this node hears no
  /// other, and lists can't agree again before the next attempt: it costs one packet.
  Millis first_backoff{500};
  Millis last_backoff{1'000};
  Millis last_backoff_refused{30'000};
  /// The time limit for connecting.
  Millis connect_patience{5'000};
  /// A connection is checked once every `heartbeat`, and closed if it answers nothing for
  /// `max_silence`. If Redis pauses for less, messages are late, and none is lost.
  Millis heartbeat{5'000};
  Millis max_silence{15'000};
  /// Bytes of messages that wait to be sent or answered; any more are lost.
  std::size_t max_pending_bytes = std::size_t{64} << 20;
  /// The size of a message or answer from Redis, and its number of elements; the connection is
  /// closed if it would be larger. Neither hiredis nor Redis's protocol has such a limit.
  std::size_t max_reply_bytes = std::size_t{64} << 20;
  static constexpr std::size_t max_reply_elements = 1'024;
  /// How many of the latest messages are kept while Redis is away, for at most `keep_for`, and sent
  /// when it is back. None by default, as in Phoenix: then they are lost.
  std::size_t keep_messages = 0;
  Millis keep_for{5'000};
};

/// Reads `redis://user:password@host:port/database`. Several hosts are separated by commas;
/// `redis+sentinel://host:26379,host/master/database` names Sentinels. \throws OptionError with
/// what was expected: for `rediss://`, that this hiredis has no TLS.
Options options_of(std::string_view url);

}  // namespace phx::redis
