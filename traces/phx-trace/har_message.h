#pragma once
/// \file
/// Reads the messages of a websocket: `_webSocketMessages` as Chrome writes them, and as those do
/// who write them otherwise.
///
/// Tools differ in the name of the list, in how they say who sent a message (`type`, `direction`,
/// `fromClient` …), in how they name the opcode or whether they do, in the unit of the times, and
/// in whether what is not text is base64.

#include <functional>
#include <optional>
#include <vector>

#include "traces/phx-trace/har.h"

namespace phx::trace {

/// A message, and its time as the file has it; nothing where it has none that can be read.
struct ReadMessage {
  Message message;
  std::optional<Seconds> at;
};

/// Where a file keeps a websocket's messages; nothing if it has no such list.
std::optional<Value> message_list(const Value& entry);

/// One message, or nothing for what is no frame: a browser's note of an error.
/// \throws BadFile where it does not say who sent it, or what it is.
std::optional<ReadMessage> read_message(const Value& message);

/// Seconds since the epoch, whatever the unit: a number above 1e11 is in milliseconds, above 1e14
/// in microseconds, above 1e17 in nanoseconds; a string is ISO 8601. Numbers of a clock that began
/// later (as Chrome's protocol has) are taken as seconds. Nothing for anything else.
std::optional<Seconds> read_time(const Value& time);

/// To the microsecond, so that a time that is written is read as it was.
Seconds rounded(Seconds time);

}  // namespace phx::trace
