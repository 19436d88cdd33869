#pragma once
/// \file
/// A trace on a terminal, or in the book: one numbered line for each frame, with its meaning.

#include <string>

#include "traces/phx-trace/timeline.h"

namespace phx::trace {

struct Look {
  bool colours = false;
  bool times = false;       ///< Show each step's time, and the time of answers.
  std::size_t width = 100;  ///< Columns; no line is wider.
  Range steps = {};
};

std::string shown(const Trace& trace, const Look& look);

}  // namespace phx::trace
