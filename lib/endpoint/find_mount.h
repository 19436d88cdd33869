#pragma once
/// \file
/// Finds a path's mount: `/socket/websocket` is the websocket of the mount at `/socket`.

#include <optional>
#include <span>
#include <string_view>

#include "transport/mount.h"
#include "transport/pipeline.h"

namespace phx {

//! [find_mount]
enum class MountedTransport : unsigned char { websocket, longpoll };

/// A request's destination.
struct FoundMount {
  const transport::Mount* mount;  ///< One of the mounts searched.
  MountedTransport transport;
  transport::PathParams params;  ///< The values of the `:name` parts, in order.
};

/// The first mount with a transport at this path; within a mount, websocket comes before long-poll.
/// A transport that the mount lacks has no path. Mirrors the routes that Phoenix.Endpoint's
/// socket/3 makes.
std::optional<FoundMount> find_mount(std::span<const transport::Mount> mounts,
                                     std::string_view path);
//! [find_mount]

}  // namespace phx
