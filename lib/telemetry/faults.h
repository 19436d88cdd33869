#pragma once
/// \file
/// Events of faults below the channels: processes that fail, clients that read too slowly,
/// connections beyond the limit. Erlang's virtual machine has reports of its own for these.

#include <string>

#include "process/observer.h"
#include "telemetry/telemetry.h"

namespace phx::telemetry {

/// Sent on the process's thread, after its last turn.
struct ProcessCrashed {
  static constexpr std::string_view name = "phx.process_crashed";
  const process::Process& process;
  const process::ExitReason& reason;
};
/// A crash of the same process follows.
struct MailboxOverflowed {
  static constexpr std::string_view name = "phx.mailbox_overflowed";
  std::size_t limit;
  process::MailboxUnit unit;  ///< Of the limit.
  const process::Process& process;
};
/// A turn held up its thread: see process::Limits::long_turn.
struct LongTurn {
  static constexpr std::string_view name = "phx.long_turn";
  Duration duration;
  const process::Process& process;
};
struct SupervisorGaveUp {
  static constexpr std::string_view name = "phx.supervisor_gave_up";
  const std::string& child_id;
};
/// Too many bytes wait for a client that does not read; its connection is closed.
struct SlowConsumer {
  static constexpr std::string_view name = "phx.slow_consumer";
  std::size_t unsent_bytes;
};
/// A connection was closed on arrival: the limit was reached.
struct ConnectionRefused {
  static constexpr std::string_view name = "phx.connection_refused";
  std::size_t connections;  ///< Connections on its shard.
  const std::string& peer;
};

/// A shard can't keep up with the others: its subscribers miss a broadcast, because `limit` signals
/// already wait for its thread (process::Limits::inbox). Sent once for each broadcast and shard, on
/// the broadcaster's thread.
struct BroadcastLost {
  static constexpr std::string_view name = "phx.broadcast_lost";
  std::uint32_t shard;
  std::size_t limit;
};

/// Publishes a scheduler's faults as telemetry. It has no state.
class FaultReporter final : public process::Observer {
 public:
  explicit FaultReporter(const Telemetry& telemetry) : telemetry_(telemetry) {}

  void crashed(const process::Process& process, const process::ExitReason& reason) override {
    telemetry_.execute(ProcessCrashed{process, reason});
  }
  void overflowed(const process::Process& process, std::size_t limit,
                  process::MailboxUnit unit) override {
    telemetry_.execute(MailboxOverflowed{limit, unit, process});
  }
  void held_up(const process::Process& process, Millis took) override {
    telemetry_.execute(LongTurn{took, process});
  }
  void gave_up(const std::string& child_id) override {
    telemetry_.execute(SupervisorGaveUp{child_id});
  }
  void dropped(std::uint32_t shard, std::size_t limit) override {
    telemetry_.execute(BroadcastLost{shard, limit});
  }

 private:
  const Telemetry& telemetry_;
};

}  // namespace phx::telemetry
