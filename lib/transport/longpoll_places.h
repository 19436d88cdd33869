#pragma once
/// \file
/// Shares out the places of long-poll sessions: no address gets them all, and a client that never
/// polls gives up its place first.
///
/// A session holds no connection, so no limit on connections bounds the sessions; and to begin one
/// takes a request of forty bytes. An honest client polls as soon as it has its token.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "process/pid.h"

namespace phx::transport {

struct LongpollLimits {
  std::size_t all = 16'384;        ///< Of the whole server.
  std::size_t an_address = 1'024;  ///< Of one address (of IPv6, one /64); 0 means no limit.
  std::size_t newcomers = 16;      ///< That one connection has begun, and that were never polled.
};

/// Any thread. Places may outlive it.
class LongpollPlaces {
 public:
  explicit LongpollPlaces(LongpollLimits limits);

  struct Session;
  /// Held while the session lives.
  using Place = std::shared_ptr<Session>;
  struct Admission {
    Place place = {};                      ///< Null if no place is left.
    std::vector<process::Pid> leave = {};  ///< End these sessions: the new one takes their place.
    std::size_t limit = 0;                 ///< Without a place: the limit that was reached.
  };
  /// `port` tells apart the connections of an address. 0: a proxy speaks for the client, and does
  /// not say; then only the other limits count.
  Admission admit(const std::string& address, std::uint16_t port);
  /// The session that holds `place`, from here on a newcomer until it is polled.
  void begun(const Place& place, process::Pid session);
  /// Its client has polled, or posted.
  void used(process::Pid session);

  /// The network that it is a place of. Empty for none.
  static std::string network_of(const Place& place);

  /// Places taken now.
  std::size_t living() const;
  const LongpollLimits& limits() const { return limits_; }

 private:
  struct Table;
  const LongpollLimits limits_;
  const std::shared_ptr<Table> table_;
};

}  // namespace phx::transport
