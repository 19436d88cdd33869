/// Two ways past the mailbox, for processes at rest: what needs no turn, and what needs no message.

#include <algorithm>

#include "process/scheduler.h"
#include "process/slot.h"

namespace phx::process {

/// Null if the process has anything else to do, or if someone looks at its messages: a trace shows
/// each mailbox, and a census counts what a watched process handles.
[[gnu::always_inline]] inline Slot* Scheduler::at_rest(Pid pid) {
  if (!on_own_thread() || pid.shard != shard_ || traced()) return nullptr;
  if (chooser_ != nullptr && !chooser_->at_once()) return nullptr;
  Slot* slot = find(pid);
  if (slot == nullptr || slot == in_turn_ || slot->queued || slot->watched) return nullptr;
  if (!slot->mailbox.empty() || slot->awaiting || slot->working) return nullptr;
  return slot;
}

bool Scheduler::taken_at_once(Pid to, Offer offer) {
  const Slot* slot = at_rest(to);
  if (slot == nullptr) return false;
  const LogScope about(*slot->process);
  try {
    return slot->process->take_at_once(offer);
  } catch (...) {  // it ends as if in a turn of its own, and no other does
    exit(to, thrown());
  }
  return true;
}

/// Within a turn nothing is handed over: no handler runs inside another.
void Scheduler::hand_over(Pid to, Offer offer, Clock::time_point now) {
  Slot* slot = running_ ? nullptr : at_rest(to);
  if (slot == nullptr) return send(to, offer.message());
  running_ = true;
  in_turn_ = slot;
  now_.store(std::max(now, this->now()), std::memory_order_relaxed);
  if (!handed_until_) handed_until_ = coarse_time();
  handed_until_ = take_turn(*slot, *handed_until_, &offer);
  in_turn_ = nullptr;
  running_ = false;
}

}  // namespace phx::process
