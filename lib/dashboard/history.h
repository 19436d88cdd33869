#pragma once
/// \file
/// The last minutes, second by second, made of telemetry alone.

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "dashboard/latency.h"
#include "telemetry/limits.h"
#include "telemetry/shard_measured.h"
#include "telemetry/telemetry.h"

namespace phx::dashboard {

/// What is counted besides limits: each is something that an operator should hear of.
enum class Fault : unsigned char {
  crash,
  mailbox_overflow,
  long_turn,
  slow_consumer,
  connection_refused,
  broadcast_lost,
  supervisor_gave_up,
  handler_failed,
  redis_lost,
};
inline constexpr std::array<std::string_view, 9> fault_names{
    "crash",          "mailbox_overflow",   "long_turn",      "slow_consumer", "connection_refused",
    "broadcast_lost", "supervisor_gave_up", "handler_failed", "redis_lost"};

/// What only a look at all processes finds.
struct Owned {
  std::uint64_t channels = 0, mailbox_bytes = 0, unsent_bytes = 0;
};

/// One second. Counts are of this second, the rest as it was at its end.
struct Second {
  std::uint64_t number = 0;  ///< Counted from 1.
  std::uint64_t connections = 0, websockets = 0, processes = 0, memory = 0;
  telemetry::Traffic traffic = {};
  std::uint64_t handled = 0, p50 = 0, p99 = 0;  ///< Handlers of messages; microseconds.
  std::uint64_t joins = 0, faults = 0, limits = 0;
  std::optional<Owned> owned = {};  ///< If somebody has looked in the last seconds.
};

/// A connection to Redis: of the subscriber, or of the publisher.
struct RedisLink {
  bool up = false;
  std::string where = {};  ///< The address, or the reason why it is down.
  Clock::time_point since = {};
};

/// Any thread. Neither copied nor moved.
class History {
 public:
  static constexpr std::size_t max_seconds = 300;
  /// A page asks once a second, and may miss one: what it found is then true of the next, too.
  static constexpr std::uint64_t owned_for = 2;

  /// The handlers to attach. They refer to this.
  std::vector<telemetry::Handler> handlers();

  /// Call once a second.
  void tick();
  /// A look was taken in the second that is the latest now.
  void looked(const Owned& owned);
  /// The seconds after this number, oldest first; all, if it is of a server before this one.
  std::vector<Second> after(std::uint64_t number) const;
  /// The latest; all 0 before the first tick.
  Second latest() const;

  /// Since the program began.
  std::uint64_t faults(Fault which) const { return faults_[static_cast<std::size_t>(which)]; }
  std::uint64_t limits(telemetry::Limit which) const {
    return limits_[static_cast<std::size_t>(which)];
  }
  std::map<std::string, RedisLink> redis() const;
  /// How long Redis took for the message that was timed last.
  std::chrono::nanoseconds redis_took() const { return std::chrono::nanoseconds(redis_took_); }
  std::uint64_t memory_limit() const;

 private:
  template <class E>
  telemetry::Handler counts(Fault fault);
  std::uint64_t all_faults() const;
  std::uint64_t all_limits() const;
  void linked(std::string_view role, RedisLink link);

  Latency handled_;
  std::atomic<std::uint64_t> joins_ = 0;
  std::array<std::atomic<std::uint64_t>, fault_names.size()> faults_{};
  std::array<std::atomic<std::uint64_t>, telemetry::limits> limits_{};
  std::atomic<std::int64_t> redis_took_ = 0;
  mutable std::mutex mutex_;
  std::map<std::uint32_t, telemetry::ShardMeasured> shards_;
  std::map<std::string, RedisLink, std::less<>> redis_;
  std::deque<Second> seconds_;
  Second before_;             ///< The counts at the last tick.
  std::uint64_t looked_ = 0;  ///< The number of the second of the latest look.
};

}  // namespace phx::dashboard
