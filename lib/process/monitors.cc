/// Monitors: when a process ends, those that monitor it are notified, and no others.

#include <algorithm>

#include "process/scheduler.h"
#include "process/slot.h"

namespace phx::process {
namespace {

template <class Which>
void forget(Slot& slot, Which&& which) {
  auto& watchers = slot.watchers;
  watchers.erase(std::remove_if(watchers.begin(), watchers.end(), which), watchers.end());
}

}  // namespace

Ref Scheduler::monitor(Pid watcher, Pid target) {
  const MonitorSignal signal{make_ref(), watcher, target};
  if (target.shard == shard_) {
    add_watcher(signal);
  } else if (!forward(target.shard, signal)) {
    send(watcher, Message(Down{signal.ref, target, {ExitReason::noproc}}, signal.ref));
  }
  return signal.ref;
}

void Scheduler::add_watcher(const MonitorSignal& signal) {
  if (Slot* slot = find(signal.target)) {
    forget_dead_watchers(*slot);
    slot->watchers.push_back({signal.ref, signal.watcher});
  } else {
    send(signal.watcher,
         Message(Down{signal.ref, signal.target, {ExitReason::noproc}}, signal.ref));
  }
}

/// A socket outlives its channels: without this, each rejoin would leave a watcher behind.
void Scheduler::forget_dead_watchers(Slot& slot) {
  if (slot.watchers.size() < slot.watchers.capacity()) return;
  forget(slot, [&](const Watcher& w) { return w.pid.shard == shard_ && !alive(w.pid); });
}

void Scheduler::demonitor(Ref ref, Pid watcher, Pid target) {
  const DemonitorSignal signal{ref, target};
  if (target.shard == shard_) {
    remove_watcher(signal);
  } else {
    forward(target.shard, signal);
  }
  Slot* slot = find(watcher);
  while (slot != nullptr && slot->mailbox.take(ref)) {
  }
}

void Scheduler::remove_watcher(const DemonitorSignal& signal) {
  if (Slot* slot = find(signal.target)) {
    forget(*slot, [&](const Watcher& w) { return w.ref == signal.ref; });
  }
}

}  // namespace phx::process
