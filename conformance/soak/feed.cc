/// \file
/// Broadcasts that are numbered, and their subscribers, who miss none and hear none twice.
#include "conformance/soak/feed.h"

#include <fmt/format.h>

#include <algorithm>

namespace phx::soak {

std::uint64_t Feed::confirmed_by(Instant then) {
  while (!confirmed_.empty() && confirmed_.front().when <= then) {
    long_ago_ = std::max(long_ago_, confirmed_.front().below);
    confirmed_.pop_front();
  }
  return long_ago_;
}

/// The highest number that may come next.
std::uint64_t Ear::due() const {
  return heard_any_ && !may_skip_ ? heard_below_ : std::max(bound_, heard_below_);
}

std::optional<Ear::Complaint> Ear::hears(std::uint64_t number) {
  if (number < heard_below_) {
    return Complaint{Wrong::doubled, fmt::format("broadcast {} came again, or behind {}", number,
                                                 heard_below_ - 1)};
  }
  const std::uint64_t expected = due();
  heard_any_ = true;
  heard_below_ = number + 1;
  if (number <= expected) return std::nullopt;
  return Complaint{Wrong::missing,
                   fmt::format("broadcast {} came, and {} had not come", number, expected)};
}

std::optional<Ear::Complaint> Ear::lacks(std::uint64_t confirmed) const {
  if (confirmed <= due()) return std::nullopt;
  return Complaint{Wrong::missing,
                   fmt::format("broadcast {} was confirmed to its sender and never came", due())};
}

}  // namespace phx::soak
