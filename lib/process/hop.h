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
  bool foreign = false;             ///< Another node's message began it: see Trail.
};

/// What a message or a task takes along to the turn in which it is handled.
struct Trail {
  HopRecorder* recorder;
  std::uint64_t id;
  std::uint32_t hop;
  Clock::time_point queued;
  /// Another node's message, not a traced client's: only the processes that a traced client's frame
  /// has spawned are followed, so what other clients get of it is not shown.
  bool foreign = false;
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
  /// Whether another node's message, on a topic that a traced client has joined, begins a trace.
  virtual bool takes_foreign() noexcept { return false; }
  /// Whether the process, spawned by a frame of this recorder, is not to handle its next message
  /// yet, which took this trail. Asked at each try; Scheduler::wake() makes the next one.
  virtual bool holds(Pid /*pid*/, const Trail& /*trail*/) noexcept { return false; }
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
  explicit TraceScope(HopRecorder* recorder, bool foreign = false) : TraceScope() {
    if (recorder != nullptr) [[unlikely]] {
      current_trace.recorder = recorder;
      current_trace.foreign = foreign;
    }
  }
  /// For that of a message or task; null: for none.
  explicit TraceScope(const Trail* trail, Pid pid = {}) : TraceScope() {
    if (trail != nullptr) [[unlikely]]
      follow(trail, pid);
  }
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;
  ~TraceScope() {
    if (traced() || outer_) [[unlikely]]
      current_trace = outer_.value_or(Trace{});
  }

  /// The scope's process handles a message that took this trail, or none. `spawned_by`: the
  /// process's own.
  static void arrive(const Trail* trail, Pid pid, const Trail* spawned_by) {
    if (trail != nullptr || traced()) [[unlikely]]
      follow(trail != nullptr && trail->foreign && spawned_by == nullptr ? nullptr : trail, pid);
  }

 private:
  [[gnu::cold]] static void follow(const Trail* trail, Pid pid);

  std::optional<Trace> outer_;
};

[[gnu::cold]] std::unique_ptr<Trail> current_trail();

/// Where the frame is now, for a message that is sent; null if nothing is traced.
inline std::unique_ptr<Trail> trail() {
  if (!traced()) [[likely]]
    return nullptr;
  return current_trail();
}

/// A hop outside of hop()'s branch.
[[gnu::cold]] void record_hop(std::string_view form, std::string_view bytes,
                              std::source_location where, const std::type_info* callee = nullptr,
                              const char* function = "");

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

/// Out of line, so that a function with a hop needs no room for the text.
template <ShownByHops T>
[[gnu::cold, gnu::noinline]] void record_value(const char* form, const T& value,
                                               std::source_location where) {
  record_hop(form, hop_text(value), where);
}

/// The frame is here, as this value, which becomes text only if it is traced.
template <ShownByHops T>
void hop(const char* form, const T& value,
         std::source_location where = std::source_location::current()) {
  if (traced()) [[unlikely]]
    record_value(form, value, where);
}

/// Bytes that a value is, as a payload: looked at only if they are traced.
template <class T>
concept ViewedByHops = requires(const T& value) {
  { value.view() } -> std::same_as<std::string_view>;
};
template <ViewedByHops T>
void hop(const char* form, const T& value,
         std::source_location where = std::source_location::current()) {
  if (traced()) [[unlikely]]
    record_hop(form, value.view(), where);
}

/// The next line calls this `function` of an application's object.
template <class T>
void hop_into(const T& object, const char* function, std::string_view bytes,
              std::source_location where = std::source_location::current()) {
  if (traced()) [[unlikely]]
    record_hop("your code", bytes, where, &typeid(object), function);
}
template <class T, ViewedByHops Bytes>
void hop_into(const T& object, const char* function, const Bytes& bytes,
              std::source_location where = std::source_location::current()) {
  if (traced()) [[unlikely]]
    record_hop("your code", bytes.view(), where, &typeid(object), function);
}

}  // namespace phx::process
