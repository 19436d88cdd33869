#pragma once
/// \file
/// Which mount a path leads to: `/socket/websocket` to the one at `/socket`, by its websocket.

#include <optional>
#include <span>
#include <string_view>

#include "transport/mount.h"
#include "transport/pipeline.h"

namespace phx {

//! [find_mount]
enum class MountedTransport : unsigned char { websocket, longpoll };

/// Where a request is to go.
struct FoundMount {
  const transport::Mount* mount;  ///< One of those that were looked at.
  MountedTransport transport;
  transport::PathParams params;  ///< What stood at the `:name` parts, in their order.
};

/// The first mount, in their order, one of whose transports stands at this path; of one mount, its
/// websocket before its long-poll. A transport that the mount does not have stands nowhere. Mirrors
/// the routes that Phoenix.Endpoint's socket/3 makes.
std::optional<FoundMount> find_mount(std::span<const transport::Mount> mounts,
                                     std::string_view path);
//! [find_mount]

}  // namespace phx
