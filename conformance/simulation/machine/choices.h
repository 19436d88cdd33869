#pragma once
/// \file
/// What decides the order in a world, where a seed does not.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace phx::simulation {

/// One of the steps that are due. Two steps at different places may change places, and nobody
/// notices: each moves only what is at its own, and sends. A value.
struct Candidate {
  std::uint64_t serial;  ///< The same as long as it waits.
  std::string place;     ///< A person, or a server with all its shards. Empty: anywhere.
};

/// Neither copied nor moved.
class Choices {
 public:
  Choices() = default;
  Choices(const Choices&) = delete;
  Choices& operator=(const Choices&) = delete;
  virtual ~Choices() = default;
  /// Which of these is the next step. There is at least one.
  virtual std::size_t step(const std::vector<Candidate>& candidates) = 0;
  /// Which of `count` processes or timers comes first in this step.
  virtual std::size_t turn(std::size_t count) = 0;
};

}  // namespace phx::simulation
