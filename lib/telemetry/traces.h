#pragma once
/// \file
/// Keeps the latest traces: for the clients that ask for it, where each of their frames has been.
///
///     phx::EndpointOptions options;
///     options.traces = std::make_shared<phx::telemetry::Traces>(secret);
///     // ws://…/socket/websocket?glass_token=SECRET is traced from here on; see traces->since(0)
///
/// A tool for development. What it keeps was said by clients, so everyone with the token reads it.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "json/json.h"
#include "json/parameter_filter.h"
#include "process/hop.h"

namespace phx::telemetry {

/// How much is kept. At a limit, whole traces are dropped, the oldest first.
struct TraceLimits {
  std::size_t traces = 100;
  std::size_t hops = 256;           ///< Of one trace; it is not followed any further.
  std::size_t shown_bytes = 2'048;  ///< Of what is at one hop.
  std::size_t bytes = 8'388'608;    ///< Of all hops together.
  /// Traces in a second that messages of other nodes begin; more messages are not traced.
  std::size_t foreign_a_second = 20;
  std::size_t held = 64;         ///< Processes that a Hold holds; more go on.
  std::size_t steps = 1'000;     ///< Of one Hold, which is over then.
  Millis step_patience{30'000};  ///< A Hold without a step for so long is over.
};

/// One hop, as it is kept.
struct RecordedHop {
  std::uint64_t number = 0;  ///< Among the hops of all traces, from 1.
  std::uint64_t trace = 0;
  std::uint32_t hop = 0;    ///< Within its trace, from 1.
  std::uint32_t after = 0;  ///< The hop that led to this one; 0 at a trace's beginning.
  Clock::time_point at;
  Clock::duration waited{};  ///< In a mailbox, right before.
  const char* file = "";     ///< As the compiler knew it: `lib/socket/socket_process.cc`.
  std::uint32_t line = 0;
  const char* function = "";
  std::string callee;    ///< `chat::Room::handle_in`, if an application's code is called.
  process::Pid pid;      ///< Empty outside of processes.
  int thread = 0;        ///< As the system numbers it.
  std::string form;      ///< `masked frame`, `reply`, …
  std::string bytes;     ///< Without hidden values, and cut after TraceLimits::shown_bytes.
  std::size_t size = 0;  ///< Of all bytes.
  bool hidden = false;   ///< `bytes` has less than came, as the log would.
};

/// `{number, trace, hop, after, at, waited, file, line, function, thread, form, size, hidden}`,
/// times in nanoseconds; with `text` or, if the bytes are not UTF-8, `base64`; `callee` and `pid`
/// if it has them.
Json as_json(const RecordedHop& hop);

/// Any thread.
class Traces final : public process::HopRecorder {
 public:
  /// The parameter of a traced client's request. The log hides it, as it hides all tokens.
  static constexpr std::string_view parameter = "glass_token";

  /// \throws std::invalid_argument for a token of fewer than 16 bytes, which could be guessed.
  explicit Traces(std::string token, ParameterFilter filter = {}, TraceLimits most = {});

  const std::string& token() const { return token_; }
  /// Takes as long for a wrong token as for the right one.
  bool opened_by(std::string_view token) const;

  /// The hops with a higher number, oldest first, `most` at most.
  std::vector<RecordedHop> since(std::uint64_t number, std::size_t most) const;
  /// Forgets all traces; those under way go on.
  void clear();

  /// While it lives, `changed` is called after each hop, on the thread that recorded it: it must
  /// not block, nor call the Traces.
  class Watch {
   public:
    Watch(Traces& traces, std::function<void()> changed);
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch();

   private:
    Traces& traces_;
  };

  /// A process that waits for a step, and the hop that sent its message.
  struct Held {
    process::Pid pid;
    std::uint64_t trace = 0;
    std::uint32_t after = 0;
  };
  /// Slow motion: while it lives, each process that a traced client's frame has spawned (its socket
  /// process, its channels) is held before it handles a traced message. Its mail waits; nobody
  /// else does. Once it is over() nothing more is held; those that wait go on when it ends.
  class Hold {
   public:
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    std::vector<Held> waiting() const;
    /// The process that has waited longest handles one message. False: none waits.
    bool step();
    bool over() const;

   private:
    friend class Traces;
    Hold(Traces& traces, std::function<void(process::Pid)> wake)
        : traces_(traces), wake_(std::move(wake)) {}
    Traces& traces_;
    const std::function<void(process::Pid)> wake_;
    // Under the traces' mutex:
    std::vector<Held> waiting_;
    process::Pid permitted_;  ///< May handle its next message.
    std::size_t steps_ = 0;
    Clock::time_point until_;
  };
  /// Null if there is one. `wake` is Scheduler::wake().
  std::unique_ptr<Hold> hold(std::function<void(process::Pid)> wake);

  std::uint64_t begin() noexcept override;
  std::uint32_t record(const process::Hop& hop) noexcept override;
  bool takes_foreign() noexcept override;
  bool holds(process::Pid pid, const process::Trail& trail) noexcept override;

 private:
  struct Kept {
    std::uint64_t id = 0;
    std::size_t bytes = 0;
    std::vector<RecordedHop> hops = {};
  };
  RecordedHop kept(const process::Hop& hop) const;
  Kept* find(std::uint64_t id);
  void make_room();
  bool is_over(const Hold& hold) const;
  void notify();

  const std::string token_;
  const ParameterFilter filter_;
  const TraceLimits limits_;
  mutable std::mutex mutex_;
  std::deque<Kept> kept_;  // by id
  std::size_t bytes_ = 0;  // of all kept hops
  std::uint64_t last_trace_ = 0;
  std::uint64_t last_hop_ = 0;
  Clock::time_point foreign_since_{};  // a second, and how many began in it
  std::size_t foreign_begun_ = 0;
  Hold* hold_ = nullptr;
  std::atomic<bool> holding_ = false;
  std::mutex watching_;
  std::map<const Watch*, std::function<void()>> watches_;
};

}  // namespace phx::telemetry
