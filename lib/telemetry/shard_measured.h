#pragma once
/// \file
/// One shard's figures, sent once a second while a handler is attached, as telemetry_poller does
/// for Erlang's virtual machine.

#include <cstdint>

#include "telemetry/telemetry.h"

namespace phx::telemetry {

/// What went through a shard since it began.
struct Traffic {
  std::uint64_t messages_in = 0;  ///< A websocket's messages, and its pings.
  std::uint64_t frames_out = 0;   ///< To websockets.
  std::uint64_t bytes_in = 0;     ///< Of websockets, as on the wire without TLS.
  std::uint64_t bytes_out = 0;
};

struct ShardMeasured {
  static constexpr std::string_view name = "phx.shard_measured";
  std::size_t processes;
  std::size_t websockets;
  std::size_t http_connections;
  std::uint32_t shard;
  Traffic traffic = {};
  std::size_t memory = 0;        ///< Of the whole process, resident, in bytes,
  std::size_t memory_limit = 0;  ///< and its limit, ServerOptions::memory.
};

}  // namespace phx::telemetry
