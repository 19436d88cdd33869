/// \file
/// A client that sends rubbish: it must be shown the door, and nobody else may notice.
#pragma once

#include <optional>
#include <string>

#include "conformance/load/soak/member.h"
#include "conformance/load/soak/tcp.h"

namespace phx::soak {

/// A resource: neither copied nor moved. One connection, one piece of rubbish.
class Vandal {
 public:
  explicit Vandal(World& world);

  /// Between turns: whether it can be forgotten. Tells where a server did not end what it must.
  bool over(Instant now);

 private:
  std::size_t heard(std::string_view bytes);

  World& world_;
  const Target& target_;
  std::string rubbish_;
  const char* what_ = "";
  bool must_end_ = true;  ///< Else the client goes by itself, after a while.
  Instant deadline_;
  bool ended_ = false;
  Tcp tcp_;
};

}  // namespace phx::soak
