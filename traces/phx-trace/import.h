#pragma once
/// \file
/// Takes the conversations with a Channels server from an export of a browser or a proxy.

#include <string>

#include "traces/phx-trace/har.h"

namespace phx::trace {

struct Imported {
  Value file;          ///< Only websockets and polls, in our own format.
  std::string report;  ///< What was kept and what was left out, for people.
};

/// \throws BadFile if there is no such conversation.
Imported import_har(Trace exported);

}  // namespace phx::trace
