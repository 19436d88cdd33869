#pragma once
/// \file
/// Counts the connections of each address, so that no address takes them all. An IPv6 /64 counts as
/// one address: see network_of.

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
    bool first_refusal = false;  ///< The first refusal since there was room: worth a log line.
  };
  Admission admit(const std::string& peer);

  std::size_t limit() const { return limit_; }
  /// Addresses with a connection.
  std::size_t known() const;

 private:
  struct Counts;
  const std::size_t limit_;
  const std::shared_ptr<Counts> counts_;
};

/// Takes a place for the client's address. False if there is none: each refusal is counted, and the
/// first is logged.
bool admit(Addresses& addresses, Client& client, const telemetry::Telemetry& telemetry,
           const Log& log);

}  // namespace phx::server
