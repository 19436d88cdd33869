#pragma once
/// \file
/// Identifiers of processes, and the reasons why they end.

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace phx::process {

/// Identifies a process for ever: serials are never reused, so a stale Pid is harmless.
struct Pid {
  std::uint64_t shard : 6 = 0;    ///< Of 64 at most: Scheduler::max_shards.
  std::uint64_t serial : 58 = 0;  ///< 0: none. Serials last 9,000 years at a million a second.
  /// Shard and serial in one number.
  std::uint64_t number() const { return std::uint64_t{shard} << 58 | serial; }
  bool operator==(const Pid& other) const { return number() == other.number(); }
  auto operator<=>(const Pid& other) const { return number() <=> other.number(); }
  explicit operator bool() const { return serial != 0; }
};

/// `0.42`: the shard and the serial.
inline std::string to_string(Pid pid) {
  return std::to_string(pid.shard) + "." + std::to_string(std::uint64_t{pid.serial});
}

/// Identifies one monitor, call, timer or piece of offloaded work. `Ref{}` identifies none.
enum class Ref : std::uint64_t {};

/// Why a process ended. Only `crash` is a fault.
struct ExitReason {
  enum Kind { normal, shutdown, killed, noproc, crash };
  Kind kind = normal;
  std::string detail = {};  ///< `left` of `{:shutdown, :left}`, or the text of what was thrown.

  bool operator==(const ExitReason&) const = default;
  /// An end for which a channel's client gets `phx_close`, not `phx_error`.
  bool graceful() const { return kind == normal || kind == shutdown; }
};

/// `shutdown: left`, `crash: boom` … for logs and for terminate().
inline std::string to_string(const ExitReason& reason) {
  constexpr const char* names[] = {"normal", "shutdown", "killed", "noproc", "crash"};
  return reason.detail.empty() ? names[reason.kind]
                               : std::string(names[reason.kind]) + ": " + reason.detail;
}

}  // namespace phx::process

template <>
struct std::hash<phx::process::Pid> {
  std::size_t operator()(const phx::process::Pid& pid) const noexcept {
    return std::hash<std::uint64_t>{}(pid.number());
  }
};
