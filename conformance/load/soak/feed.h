/// \file
/// Numbered broadcasts, so that each subscriber knows whether it got every one of them.
///
/// A Feed is the broadcasts on one topic; an Ear is one subscriber. Pure: no network, no clock.
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

/// What all subscribers at one node get of a feed by one event, if the herald is at another node: a
/// number may be lost on its way, and then none of them gets it. A value.
struct Reception {
  std::size_t node;
  std::string event;
  Numbers heard = {};   ///< Received by at least one of them.
  Numbers missed = {};  ///< Missed by one of them, which received a later one.
};

/// The numbers that a herald broadcasts on a topic, from 0. The Ears hold a reference to it.
class Feed {
 public:
  /// The herald broadcasts from the node `home` of a cluster of `nodes`.
  explicit Feed(std::string topic, std::size_t home = 0, std::size_t nodes = 1);
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  const std::string& topic() const { return topic_; }
  /// The next number to broadcast.
  std::uint64_t next() const { return next_; }
  std::uint64_t say() { return next_++; }
  /// The server has answered that it broadcast all numbers below `below`.
  void confirmed(std::uint64_t below, Instant now) { confirmed_.push_back({now, below}); }
  /// All numbers below this one were confirmed at `then` or before.
  std::uint64_t confirmed_by(Instant then);

  std::size_t home() const { return home_; }
  /// Null at the herald's own node, where nothing may be lost, and for any other event.
  Reception* reception(std::size_t node, std::string_view event);

  /// From now on numbers that other nodes have not received yet may be lost: returns the deliveries
  /// under way.
  std::uint64_t trouble_begins();
  /// Numbers broadcast from now on may not be lost.
  void trouble_ends();
  bool troubled() const { return trouble_since_.has_value(); }
  /// From this number on none may be lost. REQUIRES: it is not troubled.
  std::uint64_t calm_from() const { return calm_from_; }

  /// Numbers times events that subscribers at the node have not received, or not yet.
  std::uint64_t unheard_at(std::size_t node) const;
  /// Reports numbers that were lost without trouble, and numbers that only some subscribers of a
  /// node got. REQUIRES: it is not troubled, and all deliveries have arrived.
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

/// One subscriber of a feed, from its join's reply. A value.
class Ear {
 public:
  /// Joined now: the first number to come is the next one broadcast, or one that was on its way.
  /// With a `reception`, which is updated, numbers may be lost on their way.
  explicit Ear(const Feed& feed, Reception* reception = nullptr)
      : feed_(&feed), reception_(reception), bound_(feed.next()) {}
  /// Joined a second time: numbers that the first join received do not come again, and of those on
  /// their way some may have reached neither.
  static Ear after(const Ear& first_join, const Feed& feed, Reception* reception = nullptr) {
    Ear ear(feed, reception);
    ear.heard_below_ = first_join.heard_below_;
    ear.may_skip_ = true;
    return ear;
  }

  /// A number has come. Reports what is wrong with it, if anything is.
  struct Complaint {
    Wrong kind;
    std::string sentence;
  };
  std::optional<Complaint> hears(std::uint64_t number);
  /// Reports missing numbers, if all below `confirmed` should have arrived.
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
