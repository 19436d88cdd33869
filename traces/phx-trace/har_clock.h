#pragma once
/// \file
/// Puts a foreign file's times on one clock, so that they give a possible order of the
/// conversation.

#include <optional>
#include <vector>

#include "traces/phx-trace/har.h"

namespace phx::trace {

/// An entry's time, as in its file.
struct Dated {
  std::optional<Seconds> asked = {};
  double life = 0;                                 ///< Seconds that it took.
  std::vector<std::optional<Seconds>> times = {};  ///< One for each of its messages.
};

/// Gives the entry and its messages their times. `before`: when the entry before it was asked; this
/// one was at the same time, if its file does not say.
void settle(const Dated& dated, Seconds before, Entry& entry);

/// A poll is open until its client polls again, whatever its time says, because it may wait for
/// messages sent before that. But the answer with a session's token comes before the token is used.
/// REQUIRES: the entries are in the order in which they were asked.
void settle_polls(std::vector<Entry>& entries);

}  // namespace phx::trace
