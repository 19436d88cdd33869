#pragma once
/// \file
/// A trace as a story: what each side did, one step after the other.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/phx-trace/har.h"

namespace phx::trace {

struct Step {
  enum class Kind { request, response, unanswered, frame, happening };
  Seconds at = 0;
  Kind kind = Kind::request;
  bool by_server = false;
  const Entry* entry = nullptr;          ///< Null for a happening of no connection.
  const Message* message = nullptr;      ///< Of a frame.
  const Happening* happening = nullptr;  ///< Of a happening.
};

/// Every step in the order of time; at one moment, what clients do before what the server does, and
/// else in the order of the file. Inside one entry the
/// order is request, answer, messages as listed, whatever their times say: a step that is dated
/// before the one it follows happened at the same moment. Only what the client wrote in one go with
/// its request stands before the answer. The steps point into the trace, which must stay where it
/// is.
std::vector<Step> timeline(const Trace& trace);

/// How many of its messages went out in one go with the request, and so before the answer.
std::size_t early_frames(const Entry& entry);

/// Some of the steps: they are counted from 1.
struct Range {
  std::size_t from = 1;
  std::size_t to = SIZE_MAX;
  bool holds(std::size_t number) const { return from <= number && number <= to; }
};
/// `3`, `2-5` or `4-`; nothing for anything else.
std::optional<Range> parse_range(std::string_view text);

}  // namespace phx::trace
