#pragma once
/// \file
/// Where a frame has been: each layer that a traced frame passes reports it with one line.
///
///     process::hop("frame", frame.bytes);
///
/// A trace begins where a traced client's bytes arrive. From there it follows what they cause: a
/// message that is sent in a traced turn belongs to the same trace, on whatever thread it is
/// handled. Nothing is traced unless the endpoint has telemetry::Traces and a client asked for them
/// with their token; to everything else a hop costs one load and one branch.

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "base/time.h"
#include "process/pid.h"

namespace phx::process {

class HopRecorder;

/// What one thread is doing for a traced frame.
struct Trace {
  HopRecorder* recorder = nullptr;  ///< Outlives the server. Null: nothing is traced.
  std::uint64_t id = 0;             ///< 0: the first hop begins a trace.
  std::uint32_t hop = 0;            ///< The latest hop's number within the trace, from 1.
  Pid pid = {};                     ///< The process that has its turn, if any.
  Clock::duration waited{};         ///< How long its message waited; 0 once a hop has said so.
};

/// What a message or a task takes along to the turn in which it is handled.
struct Trail {
  HopRecorder* recorder;
  std::uint64_t id;
  std::uint32_t hop;
  Clock::time_point queued;
};

/// One hop. The views are valid during the call.
struct Hop {
  const Trace& trace;
  std::string_view form;   ///< What the bytes are here: `masked frame`, `reply`, `crash`.
  std::string_view bytes;  ///< Unfiltered, and of any length.
  std::string callee;      ///< `chat::Room::handle_in`, if an application's code is called here.
  std::source_location where;
};

/// Keeps hops. Any thread.
class HopRecorder {
 public:
  virtual ~HopRecorder() = default;
  /// A trace's number: for the first hop of a frame.
  virtual std::uint64_t begin() noexcept = 0;
  /// The hop's number within its trace, or 0: the trace is full, and not followed any further.
  virtual std::uint32_t record(const Hop& hop) noexcept = 0;
};

/// What this thread works for now. Each message asks often: without the attribute
/// position-independent code would call a function to find it.
[[gnu::tls_model("initial-exec")]] inline constinit thread_local Trace current_trace;

inline bool traced() { return current_trace.recorder != nullptr; }

/// While it lives, this thread works for another frame, or for none.
class TraceScope {
 public:
  /// For none, until arrive().
  TraceScope() {
    if (traced()) [[unlikely]]
      outer_ = std::exchange(current_trace, {});
  }
  /// For a new one, which the next hop begins; without a recorder, for none.
  explicit TraceScope(HopRecorder* recorder) : TraceScope() {
    if (recorder != nullptr) [[unlikely]]
      current_trace.recorder = recorder;
  }
  /// For that of a message or task; null: for none.
  explicit TraceScope(const Trail* trail, Pid pid = {}) : TraceScope() { arrive(trail, pid); }
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;
  ~TraceScope() {
    if (traced() || outer_) [[unlikely]]
      current_trace = outer_.value_or(Trace{});
  }

  /// The scope's process handles a message that took this trail, or none.
  static void arrive(const Trail* trail, Pid pid) {
    if (trail != nullptr || traced()) [[unlikely]]
      follow(trail, pid);
  }

 private:
  static void follow(const Trail* trail, Pid pid);

  std::optional<Trace> outer_;
};

/// Where the frame is now, for a message that is sent; null if nothing is traced.
inline std::unique_ptr<Trail> trail() {
  if (!traced()) [[likely]]
    return nullptr;
  const Trace& at = current_trace;
  return std::make_unique<Trail>(Trail{at.recorder, at.id, at.hop, Clock::now()});
}

/// A hop outside of hop()'s branch.
void record_hop(std::string_view form, std::string_view bytes, std::source_location where,
                const std::type_info* callee = nullptr, const char* function = "");

/// The frame is here, as these bytes.
inline void hop(const char* form, std::string_view bytes = {},
                std::source_location where = std::source_location::current()) {
  if (traced()) [[unlikely]]
    record_hop(form, bytes, where);
}

/// What a hop shows of a value: `std::string hop_text(const T&)`, beside its type.
template <class T>
concept ShownByHops = requires(const T& value) {
  { hop_text(value) } -> std::same_as<std::string>;
};

/// The frame is here, as this value, which becomes text only if it is traced.
template <ShownByHops T>
void hop(const char* form, const T& value,
         std::source_location where = std::source_location::current()) {
  if (traced()) [[unlikely]]
    record_hop(form, hop_text(value), where);
}

/// The next line calls this `function` of an application's object.
template <class T>
void hop_into(const T& object, const char* function, std::string_view bytes,
              std::source_location where = std::source_location::current()) {
  if (traced()) [[unlikely]]
    record_hop("your code", bytes, where, &typeid(object), function);
}

}  // namespace phx::process
