/// \file
/// Receives channels' last messages, which are broadcasts that no member asked for.
#pragma once

#include <deque>

#include "conformance/load/soak/resident.h"

namespace phx::soak {

/// At one node: gets those of the node's own channels, and those of others while Redis is up.
/// Neither copied nor moved.
class Observer {
 public:
  Observer(World& world, std::size_t node);
  bool listens() const { return resident_.joined(); }
  void go() { resident_.go(); }
  /// The number received.
  std::uint64_t heard() const { return heard_; }
  /// The number since `then`, a second ago at most.
  std::uint64_t heard_since(Instant then) const;

 private:
  void hears(Instant arrived);

  std::deque<Instant> latest_;
  std::uint64_t heard_ = 0;
  Resident resident_;
};

}  // namespace phx::soak
