#pragma once
/// \file
/// A serializer of an application's own: version 2 of the wire, and what realtime-js adds to it.

#include "serializer/serializer.h"

namespace phx::contract {

/// The event under which bytes are broadcast within the server, so that members who can't take them
/// may intercept it. On the wire it is `broadcast`.
constexpr std::string_view broadcast_of_bytes = "broadcast_of_bytes";

/// V2's frames, and two binary kinds for what the clients of a topic broadcast themselves: what
/// they say needs no JSON. Pure and stateless; any thread.
const serializer::Serializer& realtime_v2();

}  // namespace phx::contract
