#pragma once
/// \file
/// What a shim says of its client in its first line; docs/client-contract.md states it.

#include <array>
#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace phx::conformance {

/// The features that a client may lack, and the times that it may not let its user set.
inline constexpr std::array<std::string_view, 5> features{"binary", "presence", "token", "fallback",
                                                          "second_channel"};
inline constexpr std::array<std::string_view, 4> times{"heartbeat_ms", "timeout_ms", "reconnect_ms",
                                                       "rejoin_ms"};

struct ClientFacts {
  std::string name = {};
  std::string version = {};
  std::map<std::string, std::string, std::less<>> lacks = {};  ///< A feature, and why.
  std::map<std::string, std::chrono::milliseconds, std::less<>> fixed = {};
};

}  // namespace phx::conformance
