/// \file
/// Numbered broadcasts, and their subscribers, which miss none and get none twice.
#include "conformance/load/soak/feed.h"

#include <fmt/format.h>

#include <algorithm>

namespace phx::soak {

Feed::Feed(std::string topic, std::size_t home, std::size_t nodes)
    : topic_(std::move(topic)), home_(home) {
  for (std::size_t node = 0; node < nodes; ++node) {
    if (node == home) continue;
    for (const char* event : {"broadcasted", "intercepted"}) receptions_.push_back({node, event});
  }
}

std::uint64_t Feed::confirmed_by(Instant then) {
  while (!confirmed_.empty() && confirmed_.front().when <= then) {
    long_ago_ = std::max(long_ago_, confirmed_.front().below);
    confirmed_.pop_front();
  }
  return long_ago_;
}

Reception* Feed::reception(std::size_t node, std::string_view event) {
  for (Reception& each : receptions_) {
    if (each.node == node && each.event == event) return &each;
  }
  return nullptr;
}

// --- Losses
// ---------------------------------------------------------------------------------------

std::uint64_t Feed::trouble_begins() {
  std::uint64_t since = next_;
  std::uint64_t under_way = 0;
  for (const Reception& each : receptions_) {
    const std::uint64_t heard_below = std::max(each.heard.end(), calm_from_);
    since = std::min(since, heard_below);
    under_way += next_ - heard_below;
  }
  trouble_since_ = since;
  return under_way;
}

void Feed::trouble_ends() {
  troubles_.add(trouble_since_.value_or(next_), next_);
  trouble_since_.reset();
  calm_from_ = next_;
}

std::uint64_t Feed::unheard_at(std::size_t node) const {
  std::uint64_t sum = 0;
  for (const Reception& each : receptions_) {
    if (each.node == node) sum += next_ - each.heard.count();
  }
  return sum;
}

void Feed::audit(Findings& findings) const {
  for (const auto& [node, event, heard, missed] : receptions_) {
    const std::string where = fmt::format("{} on {} at node {}", event, topic_, node + 1);
    if (const auto number = heard.gaps(next_).shares(troubles_.gaps(next_))) {
      findings.add(Wrong::missing,
                   fmt::format("{}: broadcast {} was lost, and Redis was there", where, *number));
    }
    if (const auto number = heard.shares(missed)) {
      findings.add(Wrong::missing,
                   fmt::format("{}: one heard broadcast {}, and another did not", where, *number));
    }
  }
}

// --- Receiving
// ------------------------------------------------------------------------------------

/// The highest number that may come next.
std::uint64_t Ear::due() const {
  return heard_any_ && !may_skip_ ? heard_below_ : std::max(bound_, heard_below_);
}

std::optional<Ear::Complaint> Ear::hears(std::uint64_t number) {
  if (number < heard_below_) {
    return Complaint{Wrong::doubled,
                     fmt::format("broadcast {} came again, or after {}", number, heard_below_ - 1)};
  }
  const std::uint64_t expected = due();
  heard_any_ = true;
  heard_below_ = number + 1;
  if (reception_ != nullptr) {
    reception_->heard.add(number);
    reception_->missed.add(expected, number);
    return std::nullopt;
  }
  if (number <= expected) return std::nullopt;
  return Complaint{Wrong::missing,
                   fmt::format("broadcast {} came, but {} had not come", number, expected)};
}

std::optional<Ear::Complaint> Ear::lacks(std::uint64_t confirmed) const {
  std::uint64_t first = due();
  if (reception_ != nullptr) {
    if (feed_->troubled()) return std::nullopt;
    first = std::max(first, feed_->calm_from());
  }
  if (confirmed <= first) return std::nullopt;
  return Complaint{Wrong::missing,
                   fmt::format("broadcast {} was confirmed to its sender but never came", first)};
}

}  // namespace phx::soak
