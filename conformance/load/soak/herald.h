/// \file
/// The client that broadcasts a feed's numbers, or listens to them from another node.
#pragma once

#include <map>

#include "conformance/load/soak/resident.h"

namespace phx::soak {

/// Broadcasts a feed's numbers, each twice: plainly, and as an event that the channels intercept.
/// At other nodes than the feed's own it only receives, and so misses nothing that comes there.
/// Neither copied nor moved.
class Herald {
 public:
  Herald(World& world, Feed& feed, std::size_t node);
  void speak();
  /// Checks which broadcasts should have come before `then`.
  void tend(Instant then);
  void go() { resident_.go(); }
  bool connected() const { return resident_.connected(); }
  bool listens() const { return resident_.joined(); }
  bool gone() const { return resident_.gone(); }
  /// Everything is answered, and all numbers have arrived.
  bool done() const;

 private:
  void joined();
  void hears(const std::string& event, const Payload& payload);
  void answered(std::uint64_t below, const phx::Answer& answer);

  World& world_;
  Feed& feed_;
  const std::size_t node_;
  std::map<std::string, Ear> ears_;  ///< By event, from the join on.
  std::size_t unanswered_ = 0;
  Resident resident_;
};

}  // namespace phx::soak
