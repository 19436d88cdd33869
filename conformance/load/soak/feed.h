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
#include <string_view>
#include <vector>

#include "conformance/load/soak/findings.h"
#include "conformance/load/soak/numbers.h"

namespace phx::soak {

using Instant = std::chrono::steady_clock::time_point;

/// What all subscribers at one node hear of a feed by one event, where the herald is at another: on
/// its way there a number may be lost, and then none of them hears it. A value.
struct Reception {
  std::size_t node;
  std::string event;
  Numbers heard = {};   ///< By one of them at least.
  Numbers missed = {};  ///< By one of them, who heard a later one.
};

/// The numbers that one herald broadcasts on one topic, from 0 on. The Ears hold a reference to it.
class Feed {
 public:
  /// The herald broadcasts from the node `home` of a cluster of `nodes`.
  explicit Feed(std::string topic, std::size_t home = 0, std::size_t nodes = 1);
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

  std::size_t home() const { return home_; }
  /// Null at the herald's own node, where nothing may be lost, nor by any other event.
  Reception* reception(std::size_t node, std::string_view event);

  /// From now on what other nodes have not heard yet may be lost: so many deliveries are under way.
  std::uint64_t trouble_begins();
  /// What is said from now on may not.
  void trouble_ends();
  bool troubled() const { return trouble_since_.has_value(); }
  /// From this number on none may be lost. REQUIRES: it is not troubled.
  std::uint64_t calm_from() const { return calm_from_; }

  /// Numbers times events that subscribers at the node have not heard, or not yet.
  std::uint64_t unheard_at(std::size_t node) const;
  /// Tells of what was lost without trouble, and of what some heard and others at their node did
  /// not. REQUIRES: it is not troubled, and all have heard what they will.
  void audit(Findings& findings) const;

 private:
  struct Confirmed {
    Instant when;
    std::uint64_t below;
  };
  std::string topic_;
  std::uint64_t next_ = 0;
  std::uint64_t long_ago_ = 0;
  std::deque<Confirmed> confirmed_;  // as many as are confirmed within the patience
  std::size_t home_;
  std::vector<Reception> receptions_;
  std::optional<std::uint64_t> trouble_since_;
  Numbers troubles_;
  std::uint64_t calm_from_ = 0;
};

/// One subscriber of a feed, from its join's reply on. A value.
class Ear {
 public:
  /// Joined now: the first number to come is the one that is said next, or one of those that were
  /// on their way. With a `reception`, which is told, numbers may be lost on their way.
  explicit Ear(const Feed& feed, Reception* reception = nullptr)
      : feed_(&feed), reception_(reception), bound_(feed.next()) {}
  /// Joined a second time: what the first join heard does not come again, and of what was on its
  /// way some may have come to neither.
  static Ear after(const Ear& first_join, const Feed& feed, Reception* reception = nullptr) {
    Ear ear(feed, reception);
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

  const Feed* feed_;
  Reception* reception_;
  std::uint64_t bound_;            // from this number on none may be missed
  std::uint64_t heard_below_ = 0;  // one more than the last that came
  bool heard_any_ = false;
  bool may_skip_ = false;
};

}  // namespace phx::soak
