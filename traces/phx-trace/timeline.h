#pragma once
/// \file
/// A trace as a sequence of steps of both sides.

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
  const Entry* entry = nullptr;          ///< Null for an event outside all connections.
  const Message* message = nullptr;      ///< Of a frame.
  const Happening* happening = nullptr;  ///< Of a happening.
};

/// Every step in order of time; at equal times, clients' steps before the server's, and otherwise
/// in the order of the file. Inside one entry the order is request, answer, messages as listed,
/// whatever their times: a step dated before the previous one happened at the same time. Only
/// frames that the client wrote together with its request come before the answer. The steps point
/// into the trace, which must not move.
std::vector<Step> timeline(const Trace& trace);

/// How many of its messages were sent together with the request, and so before the answer.
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
