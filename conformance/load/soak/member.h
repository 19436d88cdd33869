/// \file
/// One client of a soak: it joins, sends, leaves, crashes its channels, reads slowly, disconnects
/// and returns at random, and a Ledger checks all answers.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "conformance/load/client/histogram.h"
#include "conformance/load/soak/ledger.h"
#include "conformance/load/soak/line.h"

namespace phx::soak {

using Random = std::mt19937_64;

/// Counts of actions: for the report, and to see that every kind occurred.
struct Tally {
  std::uint64_t sent = 0, received = 0;
  std::uint64_t connections = 0, clean_goodbyes = 0, abrupt_goodbyes = 0;
  std::uint64_t joins = 0, rejoins = 0, refused_joins = 0, leaves = 0, crashes = 0, pauses = 0;
  std::uint64_t echoes = 0, heartbeats = 0, blocking = 0, broadcasts = 0, rubbish = 0;
  bench::Histogram latencies;  ///< Of replies to fast readers over a websocket.
};

class ResidentsLoop;

/// Shared by all clients of a run. It outlives them.
struct World {
  Loop& loop;
  ResidentsLoop& residents;
  std::chrono::seconds patience;     ///< For an answer.
  const std::vector<Target>& nodes;  ///< One, without a cluster.
  Findings& findings;
  Tally& tally;
  Random& random;
  std::vector<std::unique_ptr<Feed>>& feeds;

  std::size_t any(std::size_t below) { return random() % below; }
  bool once_in(std::size_t n) { return any(n) == 0; }
};

enum class Way { websocket, longpoll };

/// A resource: neither copied nor moved.
class Member : LineListener {
 public:
  /// `name` is unique, and part of the topics that only this member joins. It is always at the same
  /// node.
  Member(World& world, std::string name, Way way, std::size_t node);

  /// Does something at random if connected; otherwise connects.
  void act(Instant now);
  /// Releases ended lines, and checks what should have come before `then`. Between turns.
  void tend(Instant now, Instant then);
  /// From now on it only receives. It reads again if it was slow.
  void rest();
  void go(Goodbye how);
  bool connected() const { return open_; }
  /// The connection has ended on both sides. Since the last tend().
  bool gone() const { return line_ == nullptr; }
  /// Everything is answered, and all numbers have arrived.
  bool done() const { return !open_ || (ledger_->settled() && ledger_->heard_all()); }

 private:
  void opened() override { open_ = true; }
  void received(std::string_view text, Instant arrived) override;
  void ended(const std::string& why) override;

  void connect();
  void speak(Instant now);
  void join(Instant now, bool feed);
  void join_in_vain(Instant now);
  void echo(Instant now, const std::string& topic);
  void block(Instant now, const std::string& topic);
  void end_channel(Instant now, const std::string& topic);
  void rejoin(Instant now, const std::string& topic);
  void heartbeat(Instant now);
  void unmatched(Instant now);
  void read_slowly(Instant now);

  std::optional<std::string> joined_topic();
  Feed* feed_of(const std::string& topic) const;
  void ask(const std::string& topic, const std::string& join_ref, const std::string& event,
           const std::string& payload, Answer expected, Effect effect, Instant now,
           Feed* feed = nullptr);

  World& world_;
  const std::string name_;
  const Way way_;
  const std::size_t node_;
  const bool restless_;  ///< Reconnects often; the others stay for thousands of messages.
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Line> line_;
  std::vector<std::string> topics_;
  std::uint64_t next_ref_ = 1;
  std::uint64_t lives_ = 0;
  bool open_ = false;
  bool over_ = false;
  bool resting_ = false;
  std::optional<Instant> paused_until_;
  Instant resumed_{};
};

}  // namespace phx::soak
