#pragma once
/// \file
/// Picks the conversations with a Channels server out of what a browser or a proxy exported.

#include <string>

#include "traces/phx-trace/har.h"

namespace phx::trace {

struct Imported {
  Value file;          ///< Websockets and polls alone, in our own words.
  std::string report;  ///< What was kept and what was left out, for people.
};

/// \throws BadFile where there is no such conversation.
Imported import_har(Trace exported);

}  // namespace phx::trace
