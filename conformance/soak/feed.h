/// \file
/// Broadcasts that are numbered, so that each listener can tell whether it heard every one of them.
///
/// A Feed is what is said on one topic; an Ear is one subscriber. Pure: no network, no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "conformance/soak/findings.h"

namespace phx::soak {

using Instant = std::chrono::steady_clock::time_point;

/// The numbers that one herald broadcasts on one topic, from 0 on. The Ears hold a reference to it.
class Feed {
 public:
  explicit Feed(std::string topic) : topic_(std::move(topic)) {}
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  const std::string& topic() const { return topic_; }
  /// The number that is said next.
  std::uint64_t next() const { return next_; }
  std::uint64_t say() { return next_++; }
  /// The server has answered that it broadcast all numbers below `below`.
  void confirmed(std::uint64_t below, Instant now) { confirmed_.push_back({now, below}); }
  /// All numbers below this one were confirmed at `then` or before.
  std::uint64_t confirmed_by(Instant then);

 private:
  struct Confirmed {
    Instant when;
    std::uint64_t below;
  };
  std::string topic_;
  std::uint64_t next_ = 0;
  std::uint64_t long_ago_ = 0;
  std::deque<Confirmed> confirmed_;  // as many as are confirmed within the patience
};

/// One subscriber of a feed, from its join's reply on. A value.
class Ear {
 public:
  /// Joined now: the first number to come is the one that is said next, or one of those that were
  /// on their way.
  explicit Ear(const Feed& feed) : bound_(feed.next()) {}
  /// Joined a second time: what the first join heard does not come again, and of what was on its
  /// way some may have come to neither.
  static Ear after(const Ear& first_join, const Feed& feed) {
    Ear ear(feed);
    ear.heard_below_ = first_join.heard_below_;
    ear.may_skip_ = true;
    return ear;
  }

  /// A number has come. Tells what is wrong with it, if anything is.
  struct Complaint {
    Wrong kind;
    std::string sentence;
  };
  std::optional<Complaint> hears(std::uint64_t number);
  /// What should have been heard by now, when all below `confirmed` should have been.
  std::optional<Complaint> lacks(std::uint64_t confirmed) const;

 private:
  std::uint64_t due() const;

  std::uint64_t bound_;            // from this number on none may be missed
  std::uint64_t heard_below_ = 0;  // one more than the last that came
  bool heard_any_ = false;
  bool may_skip_ = false;
};

}  // namespace phx::soak
