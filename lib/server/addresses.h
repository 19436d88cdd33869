#pragma once
/// \file
/// Counts the connections of each address, so that no address takes them all. Of IPv6, a /64 is one
/// address: see network_of.

#include <cstddef>
#include <memory>
#include <string>

#include "base/log.h"
#include "server/client.h"
#include "telemetry/telemetry.h"

namespace phx::server {

/// Any thread. Places may outlive it.
class Addresses {
 public:
  /// Held while the connection lives.
  using Place = std::shared_ptr<const void>;

  /// `limit` is in connections per address.
  explicit Addresses(std::size_t limit);

  struct Admission {
    Place place = {};            ///< Null if the address is at its limit.
    bool first_refusal = false;  ///< The first since it had room: worth a log line.
  };
  Admission admit(const std::string& peer);

  std::size_t limit() const { return limit_; }
  /// Addresses that have a connection.
  std::size_t known() const;

 private:
  struct Counts;
  const std::size_t limit_;
  const std::shared_ptr<Counts> counts_;
};

/// Takes a place for the client's address. False if there is none, which is counted, and logged for
/// the first one.
bool admit(Addresses& addresses, Client& client, const telemetry::Telemetry& telemetry,
           const Log& log);

}  // namespace phx::server
