#pragma once
/// \file
/// The latest messages that a watched process has handled.

#include <cstddef>
#include <deque>
#include <typeinfo>

#include "base/time.h"

namespace phx::process {

/// One message that was handled.
struct Note {
  const std::type_info* type;  ///< Of the Held<> around its value.
  std::size_t bytes;
  Clock::time_point at;
  Clock::duration took;
};

/// Kept for one process while somebody asks for them, and a little longer.
struct Notes {
  static constexpr std::size_t max_notes = 50;
  static constexpr std::size_t max_watched = 32;  ///< Processes of one scheduler.
  static constexpr Millis patience{5'000};        ///< From one question to the next.

  std::deque<Note> latest = {};  ///< Oldest first.
  Clock::time_point until = {};

  void add(const Note& note) {
    if (latest.size() == max_notes) latest.pop_front();
    latest.push_back(note);
  }
};

}  // namespace phx::process
