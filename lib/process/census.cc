/// Reads all of the scheduler's slots, and notes what a watched process handles.

#include "process/census.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/type_name.h"
#include "process/slot.h"

namespace phx::process {
namespace {

Millis age_of(const Slot& slot, Clock::duration since_start) {
  const Clock::duration age = since_start - std::chrono::seconds(slot.born);
  return std::max(Millis{0}, floor<Millis>(age));
}

Entry entry_of(const Slot& slot, Clock::duration since_start) {
  return {.pid = slot.process->self(),
          .process = *slot.process,
          .mailbox = slot.mailbox.size(),
          .mailbox_bytes = slot.mailbox.bytes(),
          .monitors = slot.watchers.size(),
          .turns = slot.turns,
          .used = Millis{slot.used},
          .longest = Millis{slot.longest},
          .age = age_of(slot, since_start),
          .awaiting = slot.awaiting != nullptr,
          .working = slot.working};
}

/// The name of what a message holds, without the Held<> around it.
std::string held_name(const std::type_info& type) {
  std::string name = type_name(type);
  constexpr std::string_view holder = "::Held<";
  const std::size_t at = name.find(holder);
  if (at == std::string::npos || name.back() != '>') return name;
  name = name.substr(at + holder.size());
  name.pop_back();
  return name;
}

}  // namespace

bool Census::step(const Visit& visit, const std::function<void()>& begun_again) {
  const Clock::duration since_start = scheduler_.now() - scheduler_.began_;
  return walk_.step(
      scheduler_.slots_->alive,
      [&](const auto& each) { visit(entry_of(each.second, since_start)); }, begun_again);
}

bool Census::visit(const Scheduler& scheduler, Pid pid, const Visit& visit) {
  const auto found = scheduler.slots_->alive.find(pid.serial);
  if (found == scheduler.slots_->alive.end()) return false;
  visit(entry_of(found->second, scheduler.now() - scheduler.began_));
  return true;
}

std::map<std::string, std::size_t> Census::mail(const Scheduler& scheduler, Pid pid,
                                                std::size_t most) {
  std::map<const std::type_info*, std::size_t> counts;
  const auto found = scheduler.slots_->alive.find(pid.serial);
  if (found == scheduler.slots_->alive.end()) return {};
  found->second.mailbox.each(most,
                             [&](const std::type_info& type, std::size_t) { ++counts[&type]; });
  std::map<std::string, std::size_t> named;
  for (const auto& [type, count] : counts) named[held_name(*type)] += count;
  return named;
}

std::vector<Handled> Census::watch(Scheduler& scheduler, Pid pid, Clock::time_point now) {
  Slots& slots = *scheduler.slots_;
  const auto found = slots.alive.find(pid.serial);
  if (found == slots.alive.end()) return {};
  std::vector<Handled> handled;
  for (const Note& note : slots.watch(found->second, pid.serial, now).latest) {
    handled.push_back({held_name(*note.type), note.bytes, now - note.at, note.took});
  }
  std::reverse(handled.begin(), handled.end());
  return handled;
}

/// Somebody watches the process: each message that it handles is noted. Nothing if it has stopped.
std::optional<std::size_t> Scheduler::deliver_noted(Slot& slot) {
  if (slot.stopped) return {};
  const std::uint64_t serial = slot.process->self_.serial;
  const auto began = Clock::now();
  if (began >= slots_->notes[serial].until) {
    slots_->forget(serial);
    return deliver_next(slot);
  }
  const std::type_info* type = nullptr;
  if (!slot.awaiting) {
    slot.mailbox.each(1, [&](const std::type_info& its, std::size_t) { type = &its; });
  } else if (slot.awaiting->arrived) {
    type = slot.awaiting->arrived->holder();
  }
  const std::optional<std::size_t> bytes = deliver_next(slot);
  const auto notes = slots_->notes.find(serial);  // perhaps gone, if it asked for its own
  if (bytes && type != nullptr && notes != slots_->notes.end()) {
    notes->second.add({type, *bytes, began, Clock::now() - began});
  }
  return bytes;
}

// --- The scheduler's own questions about all processes ----------------------------------------

std::map<Pid, std::size_t> Scheduler::bytes_by_client() const {
  std::map<Pid, std::size_t> bytes;
  for (const auto& [serial, slot] : slots_->alive) {
    const Pid client = slot.process->client();
    if (!client) continue;
    bytes[client] += slot.mailbox.bytes() + slot.process->held_bytes();
  }
  return bytes;
}

std::vector<Pid> Scheduler::pids_of(const std::function<bool(const Process&)>& kind) const {
  std::vector<Pid> pids;
  for (const auto& [serial, slot] : slots_->alive) {
    if (kind(*slot.process)) pids.push_back({shard_, serial});
  }
  std::sort(pids.begin(), pids.end());
  return pids;
}

}  // namespace phx::process
