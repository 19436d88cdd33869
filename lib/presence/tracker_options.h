#pragma once
/// \file
/// When replicas say something, and how long they wait for each other. Phoenix.Tracker's options,
/// under its names and with its defaults; each node may have its own.

#include <cstddef>
#include <optional>
#include <vector>

#include "base/time.h"

namespace phx::presence {

struct TrackerOptions {
  /// A tick: what has changed meanwhile goes out in one delta.
  Millis broadcast_period{1'500};
  /// After so many ticks without a delta an empty heartbeat goes out at the next one.
  unsigned max_silent_periods = 10;
  /// A replica that is silent for longer is down: its presences leave, and are kept. By default
  /// twice the longest silence of a living one. At least two ticks.
  std::optional<Millis> down_period;
  /// One that is silent for longer than this is gone for good. Longer than down_period.
  Millis permdown_period{1'200'000};
  /// In every so many ticks replicas that know more are asked for it.
  unsigned clock_sample_periods = 2;
  /// How much of the latest changes is kept for those that have missed them: see Generations.
  std::vector<std::size_t> max_delta_sizes = {100, 1'000, 10'000};

  Millis down_after() const {
    return down_period.value_or(broadcast_period * max_silent_periods * 2);
  }
  /// \throws OptionError where the periods contradict each other.
  void require_sense() const;
};

}  // namespace phx::presence
