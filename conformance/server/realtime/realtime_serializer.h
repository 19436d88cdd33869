#pragma once
/// \file
/// An application's own serializer: version 2 of the wire with realtime-js's additions.

#include "serializer/serializer.h"

namespace phx::contract {

/// The event under which bytes are broadcast within the server, so that members that can't take
/// them may intercept it. On the wire it is `broadcast`.
constexpr std::string_view broadcast_of_bytes = "broadcast_of_bytes";

/// V2's frames, and two binary kinds for broadcasts by a topic's clients, which need not be JSON.
/// Pure and stateless; any thread.
const serializer::Serializer& realtime_v2();

}  // namespace phx::contract
