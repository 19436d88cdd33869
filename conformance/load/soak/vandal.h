/// \file
/// A client that sends invalid data: its connection must be ended, and no other client may notice.
#pragma once

#include <optional>
#include <string>

#include "conformance/load/soak/member.h"
#include "conformance/load/soak/tcp.h"

namespace phx::soak {

/// A resource: neither copied nor moved. One connection with one piece of invalid data.
class Vandal {
 public:
  explicit Vandal(World& world);

  /// Between turns: whether it can be removed. Reports a server that did not end the connection.
  bool over(Instant now);

 private:
  std::size_t heard(std::string_view bytes);

  World& world_;
  const Target& target_;
  std::string rubbish_;
  const char* what_ = "";
  bool must_end_ = true;  ///< Otherwise the client leaves by itself, after a while.
  Instant deadline_;
  bool ended_ = false;
  Tcp tcp_;
};

}  // namespace phx::soak
