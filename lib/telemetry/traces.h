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
#include <optional>
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
  std::size_t windows = 32;      ///< That are told apart: the one idle longest gives way.
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
  std::string callee;       ///< `chat::Room::handle_in`, if an application's code is called.
  process::Pid pid;         ///< Empty outside of processes.
  int thread = 0;           ///< As the system numbers it.
  std::string form;         ///< `masked frame`, `reply`, …
  std::string bytes;        ///< Without hidden values, and cut after TraceLimits::shown_bytes.
  std::size_t size = 0;     ///< Of all bytes.
  bool hidden = false;      ///< `bytes` has less than came, as the log would.
  std::string window = {};  ///< The window whose client's frame it is, if the client named one.
};

/// `{number, trace, hop, after, at, waited, file, line, function, thread, form, size, hidden}`,
/// times in nanoseconds; with `text` or, if the bytes are not UTF-8, `base64`; `callee`, `pid` and
/// `window` if it has them.
Json as_json(const RecordedHop& hop);

/// Any thread.
class Traces final : public process::HopRecorder {
  class WindowRecorder;

 public:
  /// The parameter of a traced client's request. The log hides it, as it hides all tokens.
  static constexpr std::string_view parameter = "glass_token";

  /// \throws std::invalid_argument for a token of fewer than 16 bytes, which could be guessed.
  explicit Traces(std::string token, ParameterFilter filter = {}, TraceLimits most = {});

  const std::string& token() const { return token_; }
  /// Whether a client may look: it shows the token, or `TOKEN.WINDOW`. Takes as long for a wrong
  /// token as for the right one.
  bool opened_by(std::string_view shown) const { return window_in(shown).has_value(); }
  /// The window that a client names, of at most max_window bytes; empty if it names none, nothing
  /// if it may not look.
  std::optional<std::string_view> window_in(std::string_view shown) const;
  static constexpr std::size_t max_window = 15;
  /// Records the frames of a client that shows this: for its window, if it names one. Null if it
  /// may not look.
  process::HopRecorder* recorder_for(std::string_view shown);

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
  /// Slow motion: while it lives, each process that a frame of this window's clients has spawned
  /// (their socket processes, their channels) is held before it handles a message of such a frame.
  /// Its mail waits; nobody else does, other windows' clients included. Once it is over() nothing
  /// more is held; those that wait go on when it ends.
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
    Hold(Traces& traces, WindowRecorder& window, std::function<void(process::Pid)> wake)
        : traces_(traces), window_(window), wake_(std::move(wake)) {}
    Traces& traces_;
    WindowRecorder& window_;
    const std::function<void(process::Pid)> wake_;
    // Under the traces' mutex:
    std::vector<Held> waiting_;
    process::Pid permitted_;  ///< May handle its next message.
    std::size_t steps_ = 0;
    Clock::time_point until_;
  };
  /// Null if this window has one already, or all TraceLimits::windows do. `wake` is
  /// Scheduler::wake(). REQUIRES: the window has a name.
  std::unique_ptr<Hold> hold(std::string_view window, std::function<void(process::Pid)> wake);

  std::uint64_t begin() noexcept override;
  std::uint32_t record(const process::Hop& hop) noexcept override;
  bool takes_foreign() noexcept override;

 private:
  /// Records for one window's clients, and holds them. Its members are under the traces' mutex.
  class WindowRecorder final : public process::HopRecorder {
   public:
    WindowRecorder(Traces& traces, std::string_view window) : name(window), traces_(traces) {}
    std::uint64_t begin() noexcept override { return traces_.begin(); }
    std::uint32_t record(const process::Hop& hop) noexcept override {
      return traces_.record_for(hop, this);
    }
    bool takes_foreign() noexcept override { return traces_.takes_foreign(); }
    bool holds(process::Pid pid, const process::Trail& trail) noexcept override {
      return holding && traces_.window_holds(*this, pid, trail);
    }

    std::string name;
    Clock::time_point used = Clock::now();
    Hold* hold = nullptr;
    std::atomic<bool> holding = false;

   private:
    Traces& traces_;
  };
  struct Kept {
    std::uint64_t id = 0;
    std::size_t bytes = 0;
    std::vector<RecordedHop> hops = {};
  };
  std::uint32_t record_for(const process::Hop& hop, WindowRecorder* window) noexcept;
  bool window_holds(WindowRecorder& window, process::Pid pid, const process::Trail& trail) noexcept;
  WindowRecorder* recorder_of(std::string_view window);
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
  std::deque<WindowRecorder> windows_;  // each stays where it is: trails lead to it
  std::mutex watching_;
  std::map<const Watch*, std::function<void()>> watches_;
};

}  // namespace phx::telemetry
