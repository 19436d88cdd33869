/// \file
/// Broadcasts that are numbered, and their subscribers, who miss none and hear none twice.
#include "conformance/soak/feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace phx::soak {

std::uint64_t Feed::confirmed_by(Instant then) {
  while (!confirmed_.empty() && confirmed_.front().when <= then) {
    long_ago_ = std::max(long_ago_, confirmed_.front().below);
    confirmed_.pop_front();
  }
  return long_ago_;
}

std::optional<Ear::Complaint> Ear::hears(std::uint64_t number) {
  const bool first = !std::exchange(heard_any_, true);
  if (number < heard_below_) {
    return Complaint{Wrong::doubled, fmt::format("broadcast {} came again, or behind {}", number,
                                                 heard_below_ - 1)};
  }
  const std::uint64_t due = first ? std::max(bound_, heard_below_) : heard_below_;
  if (number > due) {
    const auto sentence = fmt::format("broadcast {} came, and {} had not come", number, due);
    heard_below_ = number + 1;
    return Complaint{Wrong::missing, sentence};
  }
  heard_below_ = number + 1;
  return std::nullopt;
}

std::optional<Ear::Complaint> Ear::lacks(std::uint64_t confirmed) const {
  const std::uint64_t due = heard_any_ ? heard_below_ : std::max(bound_, heard_below_);
  if (confirmed <= due) return std::nullopt;
  return Complaint{Wrong::missing,
                   fmt::format("broadcast {} was confirmed to its sender and never came", due)};
}

}  // namespace phx::soak
