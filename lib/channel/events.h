#pragma once
/// \file
/// A channel's telemetry: a join answered, an event handled. Names and contents are Phoenix's.

#include "channel/channel.h"
#include "telemetry/telemetry.h"

namespace phx {

/// A channel's join returned. Not sent if it throws. Sent on the thread that ran it.
struct ChannelJoined {
  static constexpr std::string_view name = "phoenix.channel_joined";
  telemetry::Duration duration;
  const Payload& params;
  serializer::Status result;
  const Socket& socket;
  Level log;  ///< Channel::log_join.
};

/// A channel's handle_in returned. Not sent if it throws. Sent on the thread that ran it.
struct ChannelHandledIn {
  static constexpr std::string_view name = "phoenix.channel_handled_in";
  telemetry::Duration duration;
  const std::string& event;
  const Payload& params;
  const Socket& socket;
  Level log;  ///< Channel::log_handle_in.
};

/// The same for handlers that only count: the payload is not copied for it.
struct HandleInTimed {
  static constexpr std::string_view name = "phx.handle_in_timed";
  telemetry::Duration duration;
  const Socket& socket;
};

}  // namespace phx
