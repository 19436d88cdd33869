/// \file
/// Receives channels' last messages, which are broadcasts that no member asked for.
#pragma once

#include <deque>
#include <memory>

#include "conformance/load/soak/member.h"

namespace phx::soak {

/// At one node: gets those of the node's own channels, and those of others while Redis is up. A
/// resource: neither copied nor moved.
class Observer : LineListener {
 public:
  Observer(World& world, std::size_t node);
  bool listens() const { return listens_; }
  bool gone() const { return gone_; }
  /// Sends a heartbeat now and then.
  void tend(Instant now);
  void go();
  /// The number received.
  std::uint64_t heard() const { return heard_; }
  /// The number since `then`, a second ago at most.
  std::uint64_t heard_since(Instant then) const;

 private:
  void opened() override;
  void received(std::string_view text, Instant arrived) override;
  void ended(const std::string& why) override;

  World& world_;
  std::unique_ptr<Line> line_;
  std::deque<Instant> latest_;
  std::uint64_t heard_ = 0;
  Instant next_heartbeat_{};
  std::uint64_t next_ref_ = 2;
  bool listens_ = false;
  bool going_ = false;
  bool gone_ = false;
};

}  // namespace phx::soak
