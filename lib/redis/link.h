#pragma once
/// \file
/// A connection to Redis that comes back: the next address, a longer wait, a Sentinel's advice.

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "base/log.h"
#include "redis/connection.h"
#include "telemetry/telemetry.h"

namespace phx::redis {

/// How long to wait before the nth attempt in a row, 0 being the first: `random`, 0 to 1, spreads
/// nodes that have lost one Redis at one time.
Millis backoff(const Options& options, unsigned attempt, double random);

/// Loop thread only. Neither copied nor moved.
class Link final : private Connection::Host {
 public:
  /// Neither destroys the link.
  struct Hooks {
    std::function<void(Connection&)> up;
    std::function<void()> down;  ///< After an up.
    /// Asks the other side for a sign of life; it comes by alive().
    std::function<void(Connection&)> heartbeat;
  };
  /// `role` is for the log and telemetry: `publisher`.
  Link(Loop& loop, const Options& options, const char* role, const telemetry::Telemetry& telemetry,
       Log log, Hooks hooks);

  void start() { try_again(); }
  /// Null while there is none.
  Connection* connection() const { return up_ ? connection_.get() : nullptr; }
  /// Redis has said something.
  void alive() { silent_for_ = Millis{0}; }
  /// Redis lets us do what the connection is for. Until then it counts as one more attempt: a user
  /// without the right to subscribe logs in again and again. May be called again.
  void works();

 private:
  void connected() override;
  void closed(const std::string& reason) override;
  void try_again();
  void ask_sentinel();
  void beat();
  Address next_address();

  Loop& loop_;
  const Options options_;
  const char* const role_;
  const telemetry::Telemetry& telemetry_;
  const Log log_;
  const Hooks hooks_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Loop::Timer> retry_;
  std::unique_ptr<Loop::Timer> heartbeat_;
  std::minstd_rand random_{std::random_device{}()};
  std::optional<Address> master_;  ///< What a Sentinel said; good for one attempt.
  bool with_sentinel_ = false;     ///< Whom the connection is with.
  Address address_;
  std::size_t next_ = 0;
  unsigned attempts_ = 0;
  bool up_ = false;
  bool works_ = false;
  std::string said_;  ///< Why it is down, as the log has it; empty while it works.
  Millis silent_for_{0};
};

}  // namespace phx::redis
