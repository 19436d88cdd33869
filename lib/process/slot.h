#pragma once
/// \file
/// What the scheduler keeps for each process; the process itself never sees it.

#include <algorithm>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/short_vector.h"
#include "process/mailbox.h"
#include "process/notes.h"
#include "process/process.h"

namespace phx::process {

/// The reason of a process that threw. Call it where something is caught.
inline ExitReason thrown() {
  try {
    throw;
  } catch (const std::exception& error) {
    return {ExitReason::crash, error.what()};
  } catch (...) {
    return {ExitReason::crash, "something other than a std::exception was thrown"};
  }
}

/// What a process waits for, if it waits for one message only.
struct Awaiting {
  Ref ref;
  std::function<void(std::optional<Message>)> then;
  std::optional<Ref> timer = {};
  std::optional<Message> arrived = {};
};

/// Sent when an await's patience runs out.
struct PatienceOver {};

struct Watcher {
  Ref ref;
  Pid pid;
};

/// Why a process ends, and the traced frame that ended it, if one did.
struct Ending : ExitReason {
  explicit Ending(ExitReason why) : ExitReason(std::move(why)) {}
  std::unique_ptr<Trail> trail = process::trail();
};

/// At the end of a turn the thread works for no frame. A turn begins without one, so one look is
/// enough, where a TraceScope takes two.
class LeavesTrace {
 public:
  LeavesTrace() = default;
  LeavesTrace(const LeavesTrace&) = delete;
  LeavesTrace& operator=(const LeavesTrace&) = delete;
  ~LeavesTrace() {
    if (traced()) [[unlikely]]
      current_trace = {};
  }
};

struct Slot {
  std::unique_ptr<Process> process;
  // Members stand so that none leaves a gap, the mailbox's last bytes included: a slot and its
  // place in the table take 112 bytes, and 128 would be the allocator's next size.
  [[no_unique_address]] Mailbox mailbox;
  std::uint32_t used = 0;  ///< Milliseconds of its thread: see count_turn().
  ShortVector<Watcher> watchers;
  std::unique_ptr<Trail> trail;  ///< Of the traced frame that it was spawned for.
  std::unique_ptr<Awaiting> awaiting;
  std::unique_ptr<Ending> ending;  ///< Why it ends; what its own stop() gave comes first.
  std::uint64_t turns = 0;
  std::uint32_t born = 0;       ///< Seconds after its scheduler was made.
  std::uint16_t longest = 0;    ///< Milliseconds of its longest turn, at most 65,535.
  bool stopped : 1 = false;     ///< It ends after this turn, by stop() or a crash.
  bool overflowed : 1 = false;  ///< Its mailbox overflowed: a crash, so it gets a last turn.
  bool started : 1 = false;
  bool queued : 1 = false;   ///< On a run queue, which holds a slot at most once.
  bool working : 1 = false;  ///< Its work runs on a worker thread: it must not be destroyed.
  bool watched : 1 = false;  ///< What it handles is noted: see Census::watch().

  /// For a census. The clock is accurate to a few milliseconds: a short turn counts as nothing or
  /// as a tick, and the sum is right over many turns.
  void count_turn(Millis took) {
    ++turns;
    if (took.count() <= 0) return;
    constexpr Millis::rep most = 65'535;
    used += static_cast<std::uint32_t>(took.count());
    longest = std::max(longest, static_cast<std::uint16_t>(std::min(took.count(), most)));
  }
};

/// By serial. Slots stay where they are.
struct Slots {
  using Table = std::unordered_map<std::uint64_t, Slot>;
  Table alive;
  Table ghosts;                          ///< Dead, but their work still runs.
  std::map<std::uint64_t, Notes> notes;  ///< Of those that are watched, Notes::max_watched at most.

  /// Begins to note what a living process handles, or goes on.
  const Notes& watch(Slot& slot, std::uint64_t serial, Clock::time_point now) {
    if (!slot.watched && notes.size() >= Notes::max_watched) {
      forget(std::min_element(notes.begin(), notes.end(), [](const auto& a, const auto& b) {
               return a.second.until < b.second.until;
             })->first);
    }
    slot.watched = true;
    Notes& its = notes[serial];
    its.until = now + Notes::patience;
    return its;
  }
  void forget(std::uint64_t serial) {
    notes.erase(serial);
    const auto found = alive.find(serial);
    if (found != alive.end()) found->second.watched = false;
  }
};
/// The slot of one that has ended, if there is one.
struct Dead {
  Slots::Table::node_type slot;
};

}  // namespace phx::process
