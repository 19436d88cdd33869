#pragma once
/// \file
/// Where Redis is, and how long to be patient with it.

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

/// Defaults as those of redix, which Phoenix uses, where it has them.
struct Options {
  /// Tried one after the other: one that can't be reached is followed by the next.
  std::vector<Address> addresses = {Address{}};
  /// If set, the addresses are those of Sentinels, which know where the master of this name is.
  std::string sentinel_master = {};
  std::string user = {};
  std::string password = {};
  unsigned database = 0;  ///< Publishing knows no databases; a Redis may allow a user only one.

  /// Between attempts to connect: the first wait, which grows by half until the last.
  Millis first_backoff{500};
  Millis last_backoff{30'000};
  /// For a connection to be made.
  Millis connect_patience{5'000};
  /// A connection is asked so often whether it still lives, and is given up where it answers
  /// nothing for `max_silence`. A Redis that stands still for less loses nothing: all is late.
  Millis heartbeat{5'000};
  Millis max_silence{15'000};
  /// Of messages that wait to be sent or answered; what comes beyond is lost.
  std::size_t max_pending_bytes = std::size_t{64} << 20;
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
