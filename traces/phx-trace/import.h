#pragma once
/// \file
/// Picks the conversations with a Channels server out of what a browser's network panel exported.

#include <string>

#include "traces/phx-trace/json.h"

namespace phx::trace {

struct Imported {
  Value file;          ///< Websockets and polls alone, without what says nothing of them.
  std::string report;  ///< What was kept and what was left out, for people.
};

/// \throws BadFile where it is no HAR, or holds no such conversation.
Imported import_har(const Value& exported);

}  // namespace phx::trace
