#pragma once
/// \file
/// All orders in which the steps of a small scene can come, one after the other.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/simulation/play.h"

namespace phx::simulation {

/// What was seen of a scene. A value.
struct Enumerated {
  std::uint64_t orders = 0;         ///< That were played to their ends.
  std::uint64_t redundant = 0;      ///< Begun, and given up: they only swap steps that do not meet.
  std::uint64_t steps = 0;          ///< Of all worlds.
  std::size_t longest = 0;          ///< The most choices of one order.
  bool complete = false;            ///< There are no others within the bound.
  std::optional<Play> broken = {};  ///< The first in which an invariant broke.
};

/// Plays the scene of `play` in every order, or in `max_orders`. Depth first: each order is a
/// process that is forked off the settled world, takes the choices that it is given, and then the
/// first of each. Sleep sets (Godefroid: Partial-order methods, 1996) leave out an order that only
/// swaps steps at two places. With `max_delays`: every order that takes another choice than the
/// first at most so often (Emmi, Qadeer, Rakamarić: Delay-bounded scheduling, 2011), also those
/// that sleep sets leave out, for one of them may be within the bound, and what it is the same as
/// may not. \throws std::runtime_error if a scene is not the same each time.
Enumerated enumerate(const Play& play, std::uint64_t max_orders,
                     std::optional<std::size_t> max_delays = {});

/// Takes the choices of a list, and then the first of each. Neither copied nor moved.
class Order final : public Choices {
 public:
  explicit Order(std::vector<std::size_t> chosen) : chosen_(std::move(chosen)) {}
  std::size_t step(const std::vector<Candidate>& candidates) override {
    return turn(candidates.size());
  }
  std::size_t turn(std::size_t count) override {
    if (count < 2 || next_ == chosen_.size()) return 0;
    return chosen_[next_++] % count;
  }

 private:
  const std::vector<std::size_t> chosen_;
  std::size_t next_ = 0;
};

}  // namespace phx::simulation
