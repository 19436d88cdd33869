#pragma once
/// \file
/// When replicas send messages, and how long they wait for each other. Phoenix.Tracker's options,
/// with its names and defaults; nodes may differ.

#include <cstddef>
#include <optional>
#include <vector>

#include "base/time.h"

namespace phx::presence {

struct TrackerOptions {
  /// A tick: the changes since the last one are sent in one delta.
  Millis broadcast_period{1'500};
  /// When the first tick comes. By default random within a quarter of a period, so that nodes that
  /// start together do not tick together.
  std::optional<Millis> first_tick;
  /// Ticks without a delta; at the next one an empty heartbeat is sent.
  std::size_t max_silent_periods = 10;
  /// A replica that is silent for longer is down: its presences leave, and are kept. 0 means twice
  /// the longest silence of a living replica. At least two ticks.
  Millis down_period{0};
  /// One that is silent for longer than this is gone for good. Longer than down_period.
  Millis permdown_period{1'200'000};
  /// Ticks between two requests to replicas that know more.
  unsigned clock_sample_periods = 2;
  /// How many of the latest changes are kept for replicas that missed them: see Generations.
  std::vector<std::size_t> max_delta_sizes = {100, 1'000, 10'000};

  Millis down_after() const {
    if (down_period > Millis::zero()) return down_period;
    return broadcast_period * max_silent_periods * 2;
  }
  /// \throws OptionError if the periods contradict each other.
  void require_sense() const;
};

}  // namespace phx::presence
