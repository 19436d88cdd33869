#pragma once
/// \file
/// A case's conversation as HAR 1.2, which browsers and traces/ read and replay.
///
/// Websockets are written as Chrome does: `_webSocketMessages` with type, time, opcode and data, in
/// base64 where the opcode is not 1. Long-polling is plain HTTP entries.

#include <string>

#include "conformance/suite/core/rule.h"

namespace phx::conformance {

class RunningCase;

/// Writes `DIRECTORY/J-01.har`, or for another axis than V2 `J-01.v1.har`; the last of several
/// rounds stays. \throws std::runtime_error if it can't be written.
void write_har(const std::string& directory, const Rule& rule, const RunningCase& running);

/// The same as text.
std::string har_of(const Rule& rule, const RunningCase& running);

}  // namespace phx::conformance
