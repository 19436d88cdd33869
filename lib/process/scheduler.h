#pragma once
/// \file
/// Runs one thread's processes: those with mail take turns, and a crash ends only its own process.
///
/// `send` only enqueues: no handler runs inside another. Only run() and hand() run and destroy
/// processes.

#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "process/chooser.h"
#include "process/inbox.h"
#include "process/limits.h"
#include "process/mailbox.h"
#include "process/observer.h"
#include "process/process.h"
#include "process/workers.h"

namespace phx::process {

/// Counters for monitoring. Read on the shard's thread.
struct Stats {
  std::uint64_t spawned = 0;
  std::uint64_t crashed = 0;
  std::uint64_t overflowed = 0;
  std::uint64_t long_turns = 0;
};

class Alarm;
struct Dead;
struct Slots;
class Timers;

class Scheduler {
 public:
  explicit Scheduler(std::uint32_t shard = 0, Log log = Log::silent(), Limits limits = {});
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  ~Scheduler();

  /// Connects the schedulers of one program. Call before any of their threads starts.
  static void connect(const std::vector<Scheduler*>& peers);
  /// Sets the threads that Process::offload uses. Without them, the work runs in the turn itself.
  void use_workers(Workers& workers) { workers_ = &workers; }
  /// Without a budget, only the number of messages limits turns and runs, so a busy machine does
  /// not affect tests.
  void use_budget(TimeBudget budget) { budget_ = budget; }
  /// Reports faults to `observer`, which outlives the scheduler. Call before the thread starts.
  void report_to(Observer& observer) { observer_ = &observer; }
  /// `chooser`, which outlives the scheduler, decides which of the processes with mail has the next
  /// turn, and which of the timers that are due at the same time fires first. Without one, it is
  /// first come, first served. Call before the thread starts.
  void choose_by(Chooser& chooser) { chooser_ = &chooser; }
  /// Makes the calling thread this scheduler's own.
  void adopt_thread() { thread_ = std::this_thread::get_id(); }
  /// Leaves the scheduler without a thread: all requests wait until a thread adopts it.
  void await_thread() { thread_ = std::thread::id(); }
  bool on_own_thread() const { return std::this_thread::get_id() == thread_; }

  // Any thread. From another thread, these take effect in the order of the calls.
  Pid spawn(std::unique_ptr<Process> process);
  void send(Pid to, Message message);
  /// The same for what NeedsNoTurn: a process that is at rest takes it now. So nothing overtakes
  /// what was sent before, and most frames for clients cost no message.
  template <NeedsNoTurn T>
  void send(Pid to, T body) {
    if (!taken_at_once(to, Offer(body))) send(to, Message(std::move(body)));
  }
  /// Whether a process was at rest, and has taken what its sender offers. If not, send a message.
  bool taken_at_once(Pid to, Offer offer);
  /// Like send, but delivered even if the process whose work on a worker thread sends it is dead by
  /// then.
  void send_regardless(Pid to, Message message);
  void exit(Pid to, ExitReason reason);
  /// A turn for a process that HopRecorder::holds() has held.
  void wake(Pid pid);
  /// Runs `task` on this scheduler's thread: at once if that is the calling thread, otherwise soon.
  /// What it throws reaches the caller in the first case, and crashes `blame` in the second.
  void post(std::function<void()> task, Pid blame = {});
  /// The same for a task that may be lost: if Limits::inbox signals already wait for this
  /// scheduler's thread, it is dropped, which the observer counts. One line is logged until the
  /// thread takes signals again.
  void offer(std::function<void()> task, Pid blame = {});

  // Shard thread only.
  /// The watcher gets a Down when the target ends; Down{noproc} if it is already dead.
  Ref monitor(Pid watcher, Pid target);
  /// Nothing tagged with this Ref is delivered any more, even if queued: no Down, no late answer.
  /// Mirrors Process.demonitor(ref, [:flush]).
  void demonitor(Ref ref, Pid watcher, Pid target);
  /// `delay` counts from the start of the current run(). A process that ends has no timers left.
  Ref send_after(Millis delay, Pid to, Message message);
  void cancel(Ref timer);
  /// Sends the owner TimerFired after `delay`, counted as in send_after. REQUIRES: the alarm
  /// belongs to the owner, a process of this shard.
  void set(Alarm& alarm, Millis delay, Pid owner);
  /// Replies to a Request. Mirrors GenServer.reply/2.
  void answer(const Request& request, Message reply);
  /// Destroys all processes without a last turn. Call when the thread that ran them has ended.
  void clear();
  bool alive(Pid pid) const;
  /// The process has handled all its mail and awaits nothing: a message sent now is handled next.
  bool idle(Pid pid) const;
  /// The bytes that wait for, or are kept by, the processes of each client (Process::client).
  /// Visits every process: for rare use only.
  std::map<Pid, std::size_t> bytes_by_client() const;
  /// Whether, since the last call, many bytes were queued for a process that awaits something: then
  /// bytes_by_client() is worth a call.
  bool take_backlogged() { return std::exchange(backlogged_, false); }
  /// The living processes of one kind, oldest first. Visits every process: for rare use only.
  std::vector<Pid> pids_of(const std::function<bool(const Process&)>& kind) const;

  /// For what comes from outside of all processes, as from a connection: a process at rest has a
  /// turn for it now, so it costs no message. Within a turn, and to any other process, it is sent.
  /// `now` is the time of that turn, if it is later than the last run().
  template <class T>
  void hand(Pid to, T body, Clock::time_point now) {
    hand_over(to, Offer(body), now);
  }
  /// Gives turns to processes with mail. True: the budget is spent and more waits; call again soon.
  /// Called within a turn it does nothing, and returns true.
  bool run(Clock::time_point now);
  std::optional<Clock::time_point> next_timer() const;
  /// See Inbox::on_wake.
  void on_wake(std::function<void()> wake) { inbox_.on_wake(std::move(wake)); }

  std::uint32_t shard() const { return shard_; }
  /// How many schedulers the program has.
  std::size_t shards() const { return peers_.size(); }
  const Log& log() const { return log_; }
  Observer& observer() const { return *observer_; }
  const Stats& stats() const { return stats_; }
  std::size_t population() const;
  /// The time of the last run(). Any thread.
  Clock::time_point now() const { return now_.load(std::memory_order_relaxed); }
  /// Each Ref contains its shard, so a Ref from another shard is never mistaken for ours.
  static constexpr std::uint32_t max_shards = 64;
  Ref make_ref() { return Ref{next_ref_++ * max_shards + shard_}; }

 private:
  friend class Census;
  friend class Process;

  void hand_over(Pid to, Offer offer, Clock::time_point now);
  Slot* at_rest(Pid pid);
  bool give_turns(Clock::time_point now);
  void fire_timers(Clock::time_point now);
  void fire_timers_as_chosen(Clock::time_point now);
  void receive_some();
  void receive(Signal signal);
  void run_task(const TaskSignal& task);
  void adopt(Pid pid, std::unique_ptr<Process> process);
  void deliver(Slot& slot, Message&& message);
  bool deliver_meanwhile(Slot& slot, Message& message);
  void drop_mail(Slot& slot);
  bool withdraw_work(Slot& slot);
  void overflow(Slot& slot, std::size_t limit, MailboxUnit unit);
  void enqueue(Slot& slot);
  /// Its turn, for its mail or for what it was handed. Both times are read from the same clock;
  /// returns when the turn ended.
  Millis take_turn(Slot& slot, Millis began, const Offer* handed = nullptr);
  void work_through(Slot& slot, Millis began);
  [[gnu::cold]] static bool held(const Slot& slot, const Trail& trail);
  /// The message's trace goes on here; false: the process is held, and the message in its mailbox.
  [[gnu::cold]] static bool arrive(Slot& slot, Message& message);
  /// The bytes of the delivered message, or nothing.
  std::optional<std::size_t> deliver_next(Slot& slot);
  [[gnu::noinline]] std::optional<std::size_t> deliver_awaited(Slot& slot);
  [[gnu::cold]] std::optional<std::size_t> deliver_noted(Slot& slot);
  /// Returns the ended process, to be destroyed once no log line needs its name; nothing if its
  /// work still runs.
  Dead bury(Slot& slot, ExitReason reason, bool say_goodbye);
  void unqueue(const Slot& slot);
  void last_words(Slot& slot, ExitReason& reason);
  void note_long_turn(const Slot& slot, Millis took);
  void add_watcher(const MonitorSignal& signal);
  void forget_dead_watchers(Slot& slot);
  void remove_watcher(const DemonitorSignal& signal);
  void start_work(Slot& slot, std::function<void()> work, std::function<void()> then);
  Slot* find(Pid pid);
  /// From another thread, or to another shard: through that shard's inbox.
  bool forward(std::uint32_t shard, Signal::Body body);

  const std::uint32_t shard_;
  const Log log_;
  const Limits limits_;
  std::atomic<std::thread::id> thread_ = std::this_thread::get_id();
  std::vector<Scheduler*> peers_{this};
  Workers* workers_ = nullptr;
  TimeBudget budget_{Millis::max(), Millis::max()};
  Observer nobody_;
  Observer* observer_ = &nobody_;
  Chooser* chooser_ = nullptr;

  std::atomic<std::uint64_t> next_serial_{1};
  std::uint64_t next_ref_ = 1;
  const std::unique_ptr<Slots> slots_;
  /// What find() found last, by serial: most mail goes to the few that had some a moment ago.
  struct Found {
    std::uint64_t serial = 0;
    Slot* slot = nullptr;
  };
  std::array<Found, 128> found_{};
  std::deque<Slot*> urgent_;    // as runnable_, but for urgent processes
  std::deque<Slot*> runnable_;  // each slot at most once, so at most as many as there are slots
  const std::unique_ptr<Timers> timers_;
  bool running_ = false;
  const Slot* in_turn_ = nullptr;
  std::optional<Millis> handed_until_;  ///< When the last turn by hand() since a run() ended.
  bool backlogged_ = false;
  Inbox inbox_;
  std::atomic<Clock::time_point> now_ = Clock::now();
  const Clock::time_point began_ = now();
  Stats stats_;
};

}  // namespace phx::process
