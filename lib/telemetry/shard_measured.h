#pragma once
/// \file
/// One shard's figures, sent once a second while a handler is attached, as telemetry_poller does
/// for Erlang's virtual machine.

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
