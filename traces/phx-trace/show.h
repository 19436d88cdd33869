#pragma once
/// \file
/// A trace on a terminal, or in the book: one numbered line a frame, and what it means beside it.

#include <string>

#include "traces/phx-trace/timeline.h"

namespace phx::trace {

struct Look {
  bool colours = false;
  bool times = false;       ///< When each step was, and how long answers took.
  std::size_t width = 100;  ///< Columns; no line is wider.
  Range steps = {};
};

std::string shown(const Trace& trace, const Look& look);

}  // namespace phx::trace
