#pragma once
/// \file
/// What one shard holds, told once a second while somebody listens. As telemetry_poller tells of
/// Erlang's virtual machine.

#include <cstdint>

#include "telemetry/telemetry.h"

namespace phx::telemetry {

struct ShardMeasured {
  static constexpr std::string_view name = "phx.shard_measured";
  std::size_t processes;
  std::size_t websockets;
  std::size_t http_connections;
  std::uint32_t shard;
};

}  // namespace phx::telemetry
