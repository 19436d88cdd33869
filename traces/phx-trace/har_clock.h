#pragma once
/// \file
/// Puts what a foreign file dates in its own way on one clock, so that the times give an order in
/// which the conversation can have taken place.

#include <optional>
#include <vector>

#include "traces/phx-trace/har.h"

namespace phx::trace {

/// When an entry was, as its file has it.
struct Dated {
  std::optional<Seconds> asked = {};
  double life = 0;                                 ///< Seconds that it took.
  std::vector<std::optional<Seconds>> times = {};  ///< One for each of its messages.
};

/// Gives the entry and its messages their times. `before`: when the entry before it was asked; this
/// one was at the same time, if its file does not say.
void settle(const Dated& dated, Seconds before, Entry& entry);

/// A poll is open until its client polls again, whatever its time says: what is sent meanwhile may
/// be what it waits for. But the answer that gives a session's token is there before anyone brings
/// it. REQUIRES: the entries are in the order in which they were asked.
void settle_polls(std::vector<Entry>& entries);

}  // namespace phx::trace
