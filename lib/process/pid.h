#pragma once
/// \file
/// The names that processes call each other by, and the reasons for which they end.

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace phx::process {

/// Names a process for ever: serials are never reused, so a stale Pid is harmless.
struct Pid {
  std::uint64_t shard : 6 = 0;    ///< Of 64 at most: Scheduler::max_shards.
  std::uint64_t serial : 58 = 0;  ///< 0 names nobody. A million a second last nine thousand years.
  /// Both in one.
  std::uint64_t number() const { return std::uint64_t{shard} << 58 | serial; }
  bool operator==(const Pid& other) const { return number() == other.number(); }
  auto operator<=>(const Pid& other) const { return number() <=> other.number(); }
  explicit operator bool() const { return serial != 0; }
};

/// One monitor, one call, one timer or one piece of work handed off. `Ref{}` is none of them.
enum class Ref : std::uint64_t {};

/// Why a process ended. Only `crash` is a fault; the rest are goodbyes.
struct ExitReason {
  enum Kind { normal, shutdown, killed, noproc, crash };
  Kind kind = normal;
  std::string detail = {};  ///< `left` of `{:shutdown, :left}`, or the text of what was thrown.

  bool operator==(const ExitReason&) const = default;
  /// A goodbye for which a channel's client is told `phx_close`, not `phx_error`.
  bool graceful() const { return kind == normal || kind == shutdown; }
};

/// `shutdown: left`, `crash: boom` … for logs and for terminate's readers.
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
