#pragma once
/// \file
/// What a channel tells of itself: a join answered, an event handled. Phoenix's names, and what it
/// tells with them.

#include "channel/channel.h"
#include "telemetry/telemetry.h"

namespace phx {

/// A channel's join returned. One that throws tells nothing. Told on the thread that ran it.
struct ChannelJoined {
  static constexpr std::string_view name = "phoenix.channel_joined";
  telemetry::Duration duration;
  const Payload& params;
  serializer::Status result;
  const Socket& socket;
  Level log;  ///< Channel::log_join.
};

/// A channel's handle_in returned. One that throws tells nothing. Told on the thread that ran it.
struct ChannelHandledIn {
  static constexpr std::string_view name = "phoenix.channel_handled_in";
  telemetry::Duration duration;
  const std::string& event;
  const Payload& params;
  const Socket& socket;
  Level log;  ///< Channel::log_handle_in.
};

/// The same, for who counts and does not read: no payload is copied for it, and each message
/// counts.
struct HandleInTimed {
  static constexpr std::string_view name = "phx.handle_in_timed";
  telemetry::Duration duration;
  const Socket& socket;
};

}  // namespace phx
