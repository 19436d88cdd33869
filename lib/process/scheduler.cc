/// Gives turns, routes mail and destroys ended processes.

#include "process/scheduler.h"

#include <algorithm>

#include "base/check.h"
#include "process/slot.h"
#include "process/timers.h"

namespace phx::process {
namespace {

/// Without one, time means nothing: a test on a busy machine gets no line about a long turn.
bool has_budget(const TimeBudget& budget) { return budget.run != Millis::max(); }

/// Moves the chosen one to the front; the others stay in order.
template <class List>
void bring_to_front(List& list, Chooser& chooser) {
  if (list.size() < 2) return;
  const auto chosen = list.begin() + static_cast<std::ptrdiff_t>(chooser.choose(list.size()));
  std::rotate(list.begin(), chosen, std::next(chosen));
}

}  // namespace

Scheduler::Scheduler(std::uint32_t shard, Log log, Limits limits)
    : shard_(shard),
      log_(std::move(log)),
      limits_(limits),
      slots_(std::make_unique<Slots>()),
      timers_(std::make_unique<Timers>()) {}

Scheduler::~Scheduler() { clear(); }

void Scheduler::connect(const std::vector<Scheduler*>& peers) {
  for (std::size_t i = 0; i < peers.size(); ++i) {
    check(peers[i]->shard_ == i, "peers are given in the order of their shards");
    peers[i]->peers_ = peers;
  }
}

// --- Requests, from any thread ------------------------------------------------------------------

Pid Scheduler::spawn(std::unique_ptr<Process> process) {
  const Pid pid{shard_, next_serial_.fetch_add(1, std::memory_order_relaxed)};
  if (on_own_thread()) {
    adopt(pid, std::move(process));
  } else {
    inbox_.push({SpawnSignal{pid, std::move(process)}});
  }
  return pid;
}

void Scheduler::send(Pid to, Message message) {
  message.depart();
  if (!on_own_thread() || to.shard != shard_) {
    forward(to.shard, Deliver{to, std::move(message)});
  } else if (Slot* slot = find(to)) {
    deliver(*slot, std::move(message));
  }
}

bool Scheduler::idle(Pid pid) const {
  const auto found = slots_->alive.find(pid.serial);
  if (found == slots_->alive.end()) return false;
  const Slot& slot = found->second;
  return !slot.queued && slot.mailbox.empty() && !slot.awaiting && !slot.working;
}

void Scheduler::wake(Pid pid) {
  if (pid.shard != shard_ && pid.shard >= peers_.size()) return;
  Scheduler& its = pid.shard == shard_ ? *this : *peers_[pid.shard];
  its.post([&its, pid] {
    if (Slot* slot = its.find(pid)) its.enqueue(*slot);
  });
}

void Scheduler::exit(Pid to, ExitReason reason) {
  if (!on_own_thread() || to.shard != shard_) {
    forward(to.shard, ExitSignal{to, std::move(reason)});
    return;
  }
  Slot* slot = find(to);
  if (slot == nullptr || slot->ending) return;
  if (slot->process->traps_exits() && reason.kind != ExitReason::killed) {
    Message request(ExitRequest{std::move(reason)});
    request.depart();
    deliver(*slot, std::move(request));
  } else {
    slot->ending = std::make_unique<Ending>(std::move(reason));
    enqueue(*slot);
  }
}

// --- Timers and answers -------------------------------------------------------------------------

void Scheduler::cancel(Ref timer) { timers_->cancel(timer); }

void Scheduler::set(Alarm& alarm, Millis delay, Pid owner) {
  timers_->set(alarm, now() + delay, owner);
}

bool Scheduler::alive(Pid pid) const { return slots_->alive.contains(pid.serial); }

std::size_t Scheduler::population() const { return slots_->alive.size(); }

std::optional<Clock::time_point> Scheduler::next_timer() const { return timers_->next(); }

Ref Scheduler::send_after(Millis delay, Pid to, Message message) {
  const Ref ref = make_ref();
  timers_->add(now() + delay, {ref, to, std::move(message)});
  return ref;
}

void Scheduler::answer(const Request& request, Message reply) {
  send(request.from, std::move(reply).tagged(request.ref));
}

// --- Turns --------------------------------------------------------------------------------------

/// A late answer, given in a turn, lets its connection read the next request. If that upgrades the
/// connection and many messages follow, it asks for a run before the turn has ended.
bool Scheduler::run(Clock::time_point now) {
  if (std::exchange(running_, true)) return true;
  const bool more = give_turns(now);
  running_ = false;
  return more;
}

bool Scheduler::give_turns(Clock::time_point now) {
  const TraceScope none;
  now_.store(now, std::memory_order_relaxed);
  handed_until_.reset();
  receive_some();
  fire_timers(now);
  Millis time = coarse_time();  // one turn's end is the next one's beginning
  const Millis began = time;
  for (std::size_t turn = 0; turn < limits_.turns_a_run && time - began < budget_.run; ++turn) {
    if (urgent_.empty() && runnable_.empty()) {
      receive_some();
      time = coarse_time();
    }
    std::deque<Slot*>& queue = urgent_.empty() ? runnable_ : urgent_;
    if (queue.empty()) {
      if (!inbox_.has_taken()) return false;
      continue;
    }
    if (chooser_ != nullptr) bring_to_front(queue, *chooser_);
    Slot& slot = *queue.front();
    queue.pop_front();
    slot.queued = false;
    in_turn_ = &slot;
    time = take_turn(slot, time);
    in_turn_ = nullptr;
  }
  return !runnable_.empty() || !urgent_.empty() || inbox_.has_taken();
}

void Scheduler::fire_timers(Clock::time_point now) {
  if (chooser_ != nullptr) return fire_timers_as_chosen(now);
  while (auto due = timers_->take(now)) send(due->to, std::move(due->message));
  while (auto owner = timers_->take_alarm(now)) send(*owner, TimerFired{});
}

/// Only those of the same time change places.
void Scheduler::fire_timers_as_chosen(Clock::time_point now) {
  for (auto when = timers_->next(); when && *when <= now; when = timers_->next()) {
    std::deque<std::pair<Pid, Message>> together;
    while (auto due = timers_->take(*when)) {
      together.emplace_back(due->to, std::move(due->message));
    }
    while (auto owner = timers_->take_alarm(*when)) together.emplace_back(*owner, TimerFired{});
    for (; !together.empty(); together.pop_front()) {
      bring_to_front(together, *chooser_);
      send(together.front().first, std::move(together.front().second));
    }
  }
}

void Scheduler::adopt(Pid pid, std::unique_ptr<Process> process) {
  ++stats_.spawned;
  Slot& slot = slots_->alive[pid.serial];
  slot.process = std::move(process);
  slot.process->self_ = pid;
  slot.process->scheduler_ = this;
  slot.process->slot_ = &slot;
  slot.trail = trail();
  slot.born = static_cast<std::uint32_t>(floor<std::chrono::seconds>(now() - began_).count());
  enqueue(slot);
}

//! [deliver]
void Scheduler::deliver(Slot& slot, Message&& message) {
  const bool is_mail = !message.is_signal();
  if (slot.awaiting && !slot.awaiting->arrived && message.tag() == slot.awaiting->ref) {
    slot.awaiting->arrived = std::move(message);
  } else if (slot.awaiting && deliver_meanwhile(slot, message)) {
    return;  // and with its mail
  } else if (is_mail && slot.mailbox.size() >= limits_.mailbox) {
    overflow(slot, limits_.mailbox, MailboxUnit::messages);
  } else if (is_mail && slot.mailbox.bytes() >= limits_.mailbox_bytes) {
    overflow(slot, limits_.mailbox_bytes, MailboxUnit::bytes);
  } else {
    slot.mailbox.push(std::move(message));
  }
  enqueue(slot);
}
//! [deliver]

/// True: the message was placed. The process has no turn until the awaited message comes.
bool Scheduler::deliver_meanwhile(Slot& slot, Message& message) {
  constexpr std::size_t much = 65'536;
  const std::size_t bytes = message.bytes();
  const Process::Meanwhile found = slot.process->meanwhile(message, slot.mailbox);
  if (found == Process::Meanwhile::end_of_rest) drop_mail(slot);
  if (slot.mailbox.bytes() + bytes > much) backlogged_ = true;
  if (found != Process::Meanwhile::joined) return false;
  slot.mailbox.last_grew(bytes);
  const std::size_t limit = std::min(limits_.mailbox_bytes, slot.process->joined_limit());
  if (slot.mailbox.last_bytes() > limit) {
    overflow(slot, limit, MailboxUnit::bytes);
    enqueue(slot);
  }
  return true;
}

/// Drops mail, the await, and work that has not begun. Running work is waited for, and a little
/// mail after it is handled then: a client may send a last message and leave.
void Scheduler::drop_mail(Slot& slot) {
  constexpr std::size_t a_little = 4'096;
  const bool work_runs = slot.working && !withdraw_work(slot);
  if (work_runs && slot.mailbox.bytes() <= a_little) return;
  slot.mailbox.clear();
  if (work_runs) return;
  if (slot.awaiting && slot.awaiting->timer) timers_->cancel(*slot.awaiting->timer);
  slot.awaiting.reset();
}

//! [overflow]
void Scheduler::overflow(Slot& slot, std::size_t limit, MailboxUnit unit) {
  if (slot.ending) return;
  ++stats_.overflowed;
  observer_->overflowed(*slot.process, limit, unit);
  slot.overflowed = true;
  slot.ending = std::make_unique<Ending>(ExitReason{
      ExitReason::crash, "mailbox overflow: more than " + std::to_string(limit) +
                             (unit == MailboxUnit::bytes ? " bytes" : " messages") + " wait"});
}
//! [overflow]

void Scheduler::enqueue(Slot& slot) {
  if (slot.queued) return;
  slot.queued = true;
  (slot.process->urgent() ? urgent_ : runnable_).push_back(&slot);
}

//! [take_turn]
Millis Scheduler::take_turn(Slot& slot, Millis began, const Offer* handed) {
  Dead dead;  // destroyed once no log line needs its name
  const LogScope about(*slot.process);
  const LeavesTrace at_its_end;
  if (slot.ending) {
    TraceScope::arrive(slot.ending->trail.get(), slot.process->self_, slot.ending->trail.get());
    dead = bury(slot, std::move(*slot.ending), slot.overflowed && !slot.working);
    return coarse_time();
  }
  try {
    handed != nullptr ? slot.process->take_in_turn(*handed) : work_through(slot, began);
  } catch (Exit& exit) {
    slot.process->stop(std::move(exit.reason));
  } catch (...) {
    slot.process->stop(thrown());
  }
  const Millis ended = coarse_time();
  slot.count_turn(ended - began);
  note_long_turn(slot, ended - began);
  if (slot.stopped) dead = bury(slot, std::move(*slot.ending), true);
  return ended;
}
//! [take_turn]

/// The clock is read after each large message, and after every fourth of the others.
void Scheduler::work_through(Slot& slot, Millis began) {
  constexpr std::size_t worth_a_look = 16'384;
  constexpr std::size_t least = worth_a_look / 4;
  if (!slot.started) {
    slot.started = true;
    TraceScope::arrive(slot.trail.get(), slot.process->self_, slot.trail.get());
    slot.process->init();
  }
  std::size_t handled = 0;
  for (std::size_t i = 0; i < limits_.messages_a_turn; ++i) {
    const std::optional<std::size_t> bytes =
        slot.stopped || slot.watched ? deliver_noted(slot) : deliver_next(slot);
    if (!bytes) return;
    handled += std::max(*bytes, least);
    if (handled < worth_a_look) continue;
    if (coarse_time() - began >= budget_.turn) break;
    handled = 0;
  }
  const bool more = slot.awaiting ? slot.awaiting->arrived.has_value() : !slot.mailbox.empty();
  if (more && !slot.stopped) enqueue(slot);
}

/// Out of line, as most messages are not awaited.
std::optional<std::size_t> Scheduler::deliver_awaited(Slot& slot) {
  if (!slot.awaiting->arrived) return {};
  const Trail* const trail = slot.awaiting->arrived->trail();
  if (trail != nullptr && held(slot, *trail)) return {};
  const std::unique_ptr<Awaiting> over = std::move(slot.awaiting);
  if (over->timer) timers_->cancel(*over->timer);
  const std::size_t bytes = over->arrived->bytes();
  TraceScope::arrive(over->arrived->trail(), slot.process->self_, slot.trail.get());
  over->then(std::move(over->arrived));
  return bytes;
}

std::optional<std::size_t> Scheduler::deliver_next(Slot& slot) {
  if (slot.awaiting) return deliver_awaited(slot);
  if (slot.mailbox.empty()) return {};
  Message message = slot.mailbox.pop();
  const std::size_t bytes = message.bytes();
  if ((message.trail() != nullptr || traced()) && !arrive(slot, message)) [[unlikely]]
    return {};
  if (auto* request = message.get_if<ExitRequest>()) {
    slot.process->exit_requested(std::move(request->reason));
  } else if (!message.holds<PatienceOver>()) {  // it came after the awaited message
    slot.process->handle(std::move(message));
  }
  return bytes;
}

/// Slow motion: a held process has no turn until wake(); its mail waits. Only frames of the window
/// that spawned it hold it.
bool Scheduler::held(const Slot& slot, const Trail& trail) {
  if (slot.trail == nullptr || slot.trail->recorder != trail.recorder) return false;
  return trail.recorder->holds(slot.process->self_, trail);
}

/// Out of line: only a traced frame's message takes this way, and the one after it in a turn.
bool Scheduler::arrive(Slot& slot, Message& message) {
  if (message.trail() != nullptr && held(slot, *message.trail())) {
    slot.mailbox.put_back(std::move(message));
    return false;
  }
  TraceScope::arrive(message.trail(), slot.process->self_, slot.trail.get());
  return true;
}

//! [note_long_turn]
void Scheduler::note_long_turn(const Slot& slot, Millis took) {
  if (!has_budget(budget_) || took < limits_.long_turn) return;
  ++stats_.long_turns;
  observer_->held_up(*slot.process, took);
  log_.warn("a turn held up its thread: declare handlers that block (see Channel::blocking)",
            {{"process", slot.process->name()}, {"ms", std::to_string(took.count())}});
}
//! [note_long_turn]

// --- The end of a process -----------------------------------------------------------------------

//! [bury]
Dead Scheduler::bury(Slot& slot, ExitReason reason, bool say_goodbye) {
  const Pid pid = slot.process->self_;
  if (slot.watched) slots_->forget(pid.serial);
  Dead dead{slots_->alive.extract(pid.serial)};
  found_[pid.serial % found_.size()] = {};
  if (say_goodbye) last_words(slot, reason);
  slot.process->buried();
  timers_->cancel_all(pid);
  if (reason.kind == ExitReason::crash) {
    ++stats_.crashed;
    hop("crash", reason.detail);
    observer_->crashed(*slot.process, reason);
    log_.error("a process crashed", {{"process", slot.process->name()}, {"reason", reason.detail}});
  }
  for (const Watcher& watcher : slot.watchers) {
    send(watcher.pid, Message(Down{watcher.ref, pid, reason}, watcher.ref));
  }
  if (slot.queued) unqueue(slot);
  const bool works = slot.working && !(slot.awaiting && slot.awaiting->arrived);
  if (!works || withdraw_work(slot)) return dead;
  slot.mailbox.clear();  // its mail will never be read
  slots_->ghosts.insert(std::move(dead.slot));
  return {};
}
//! [bury]

/// If it is still queued, it was queued in its own last turn, so it is near the end.
void Scheduler::unqueue(const Slot& slot) {
  std::deque<Slot*>& queue = slot.process->urgent() ? urgent_ : runnable_;
  const auto found = std::find(queue.rbegin(), queue.rend(), &slot);
  queue.erase(std::next(found).base());
}

void Scheduler::last_words(Slot& slot, ExitReason& reason) {
  try {
    slot.process->terminate(reason);
  } catch (...) {
    reason = thrown();
  }
}

/// Empties the tables first: a destructor that sends must not find them half destroyed.
void Scheduler::clear() {
  runnable_.clear();
  urgent_.clear();
  found_ = {};
  const auto dead = std::exchange(slots_->alive, {});
  const auto ghosts = std::exchange(slots_->ghosts, {});
  slots_->notes.clear();
}

Slot* Scheduler::find(Pid pid) {
  Found& last = found_[pid.serial % found_.size()];
  if (last.serial == pid.serial) return last.slot;
  const auto found = slots_->alive.find(pid.serial);
  if (found == slots_->alive.end()) return nullptr;
  last = {pid.serial, &found->second};
  return last.slot;
}

}  // namespace phx::process
