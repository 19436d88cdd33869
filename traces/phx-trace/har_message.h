#pragma once
/// \file
/// Reads the messages of a websocket: `_webSocketMessages` as Chrome writes them, and other tools'
/// forms.
///
/// Tools differ in the name of the list, in how they say who sent a message (`type`, `direction`,
/// `fromClient` …), in how they name the opcode, if at all, in the unit of the times, and in
/// whether other data than text is base64.

#include <functional>
#include <optional>
#include <vector>

#include "traces/phx-trace/har.h"

namespace phx::trace {

/// A time after this, in the year 2255, or as long before the epoch, is refused.
inline constexpr Seconds last_second = 9e9;

/// A message, and its time in the file; nothing if that can't be read.
struct ReadMessage {
  Message message;
  std::optional<Seconds> at;
};

/// The file's list of a websocket's messages; nothing if there is none.
std::optional<Value> message_list(const Value& entry);

/// One message, or nothing for an item that is not a frame, such as a browser's note of an error.
/// \throws BadFile if it lacks its sender or its type.
std::optional<ReadMessage> read_message(const Value& message);

/// Seconds since the epoch, whatever the unit: a number above 1e11 is in milliseconds, above 1e14
/// in microseconds, above 1e17 in nanoseconds; a string is ISO 8601. Numbers of a clock that began
/// later (as Chrome's protocol has) are taken as seconds. Nothing for anything else.
std::optional<Seconds> read_time(const Value& time);

/// To the microsecond, so that a time that is written is read as it was.
Seconds rounded(Seconds time);

}  // namespace phx::trace
