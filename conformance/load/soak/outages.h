/// \file
/// Redis pauses, ends, is killed, and comes back, while clients send.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "conformance/load/soak/cluster.h"
#include "conformance/load/soak/feed.h"
#include "conformance/load/soak/observer.h"

namespace phx::soak {

/// Neither copied nor moved. turn() gives it the time.
class Outages {
 public:
  using Feeds = std::vector<std::unique_ptr<Feed>>;
  using Observers = std::vector<std::unique_ptr<Observer>>;

  /// `count` outages, spread over the time. A node is back once it has asked Redis for this many
  /// channels. All arguments outlive it.
  Outages(Cluster& cluster, Feeds& feeds, const Observers& observers, std::size_t count,
          std::size_t channels, Instant begin, std::chrono::duration<double> time);
  Outages(const Outages&) = delete;
  Outages& operator=(const Outages&) = delete;

  /// Does what is due. May wait for a process to end or to start.
  void turn(Instant now);
  /// None begins from now on.
  void no_more() { left_ = 0; }
  /// Redis is up, and all nodes are connected to it.
  bool calm() const { return state_ == State::calm; }
  /// The counts so far.
  struct Count {
    std::size_t standstills = 0, ends = 0, kills = 0;
  };
  Count count() const { return count_; }
  /// Deliveries that were on their way when Redis was killed.
  std::uint64_t unsure() const { return unsure_; }

 private:
  enum class State : std::uint8_t { calm, still, away, returning };
  void begin(Instant now);
  void end(int signal, Instant now);
  bool all_are_back() const;
  bool all_were_back();

  Cluster& cluster_;
  Feeds& feeds_;
  const Observers& observers_;
  State state_ = State::calm;
  std::size_t left_;
  Instant next_;
  Instant::duration every_;
  const std::size_t channels_;
  bool were_back_ = false;  ///< When last looked at.
  std::vector<Books> before_;
  Count count_;
  std::uint64_t unsure_ = 0;
};

}  // namespace phx::soak
