#pragma once
/// \file
/// A connection to Redis that reconnects: with the next address, a longer wait, or a Sentinel's
/// answer.

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "base/log.h"
#include "redis/connection.h"
#include "telemetry/telemetry.h"

namespace phx::redis {

/// How long to wait before the nth attempt in a row, from 0: at most `last`. `random`, 0 to 1,
/// spreads nodes that have lost Redis at the same time.
Millis backoff(Millis first, Millis last, unsigned attempt, double random);

/// Loop thread only. Neither copied nor moved.
class Link final : private Connection::Host {
 public:
  /// Neither destroys the link.
  struct Hooks {
    std::function<void(Connection&)> up;
    std::function<void()> down;  ///< Called only after up().
    /// Asks the other side for a sign of life, which arrives as alive().
    std::function<void(Connection&)> heartbeat;
  };
  /// `role` is for the log and telemetry: `publisher`.
  Link(Loop& loop, const Options& options, const char* role, const telemetry::Telemetry& telemetry,
       Log log, Hooks hooks);

  void start() { try_again(); }
  /// Redis can be reached: a link that waits for its next attempt makes it now.
  void hurry() {
    if (waits_ && !was_refused_) retry_->start(Millis{0});
  }
  /// Null without a connection.
  Connection* connection() const { return up_ ? connection_.get() : nullptr; }
  /// Redis has sent something.
  void alive() { silent_for_ = Millis{0}; }
  /// Redis has allowed the connection's purpose. Until then it counts as a failed attempt, because
  /// a user without the right to subscribe logs in again and again. May be called again.
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
  std::optional<Address> master_;  ///< A Sentinel's answer, used for one attempt.
  bool with_sentinel_ = false;     ///< The address of the connection.
  Address address_;
  std::size_t next_ = 0;
  unsigned attempts_ = 0;  ///< In a row, that ended alike.
  bool was_refused_ = false;
  bool waits_ = false;  ///< For the next attempt.
  bool up_ = false;
  bool works_ = false;
  std::string said_;  ///< Why it is down, as logged; empty while it works.
  Millis silent_for_{0};
};

}  // namespace phx::redis
