/// Crosses threads: signals between shards, and work for the worker threads.

#include "process/scheduler.h"
#include "process/slot.h"

namespace phx::process {
namespace {

/// A worker is done; `thrown` holds the work's exception, if any.
struct WorkDone {
  std::exception_ptr thrown;
};

thread_local Pid working_for;  // set on a worker thread while it works for a process

/// A process that serves no client takes turns with the clients as a client of its own.
Pid works_for(const Process& process) {
  const Pid client = process.client();
  return client ? client : process.self();
}

}  // namespace

void Scheduler::post(std::function<void()> task, Pid blame) {
  if (on_own_thread()) {
    task();
  } else {
    inbox_.push({TaskSignal{std::move(task), blame}, working_for});
  }
}

void Scheduler::offer(std::function<void()> task, Pid blame) {
  if (on_own_thread()) return task();
  const auto offered =
      inbox_.offer({TaskSignal{std::move(task), blame}, working_for}, limits_.inbox);
  if (offered == Inbox::Offer::taken) return;
  observer_->dropped(shard_, limits_.inbox);
  if (offered != Inbox::Offer::first_refused) return;
  log_.error("a shard can't keep up with the others: broadcasts to its clients are lost",
             {{"shard", std::to_string(shard_)}, {"waiting", std::to_string(limits_.inbox)}});
}

bool Scheduler::forward(std::uint32_t shard, Signal::Body body) {
  if (shard >= peers_.size()) return false;  // no such shard
  peers_[shard]->inbox_.push({std::move(body), working_for});
  return true;
}

void Scheduler::send_regardless(Pid to, Message message) {
  const Pid speaker = std::exchange(working_for, {});
  send(to, std::move(message));
  working_for = speaker;
}

// --- Signals from other threads -----------------------------------------------------------------

/// A few at a time, so that the receiver of a burst from another shard gets turns in between. A
/// mailbox's limit is for a slow owner, not for fast senders while this shard is busy.
void Scheduler::receive_some() {
  constexpr std::size_t of_a_task = 16;  // signals: a task may send to a thousand processes
  for (std::size_t i = 0; i < limits_.signals_at_once; ++i) {
    std::optional<Signal> signal = inbox_.next();
    if (!signal) return;
    if (std::holds_alternative<TaskSignal>(signal->body)) i += of_a_task - 1;
    receive(std::move(*signal));
  }
}

void Scheduler::receive(Signal signal) {
  const bool from_ghost = signal.from && signal.from.shard == shard_ && !alive(signal.from);
  if (auto* mail = std::get_if<Deliver>(&signal.body)) {
    if (mail->message.holds<WorkDone>() && slots_->ghosts.erase(mail->to.serial) > 0) return;
    if (!from_ghost) send(mail->to, std::move(mail->message));
  } else if (auto* exit_signal = std::get_if<ExitSignal>(&signal.body)) {
    if (!from_ghost) exit(exit_signal->to, std::move(exit_signal->reason));
  } else if (auto* monitor_signal = std::get_if<MonitorSignal>(&signal.body)) {
    add_watcher(*monitor_signal);
  } else if (auto* demonitor_signal = std::get_if<DemonitorSignal>(&signal.body)) {
    remove_watcher(*demonitor_signal);
  } else if (auto* spawn_signal = std::get_if<SpawnSignal>(&signal.body)) {
    adopt(spawn_signal->pid, std::move(spawn_signal->process));
  } else if (auto* task = std::get_if<TaskSignal>(&signal.body)) {
    if (!from_ghost) run_task(*task);
  }
}

void Scheduler::run_task(const TaskSignal& task) {
  ExitReason reason;
  const TraceScope trace(task.trail.get());
  try {
    return task.run();
  } catch (Exit& exit) {
    reason = std::move(exit.reason);
  } catch (...) {
    reason = thrown();
  }
  log_.error("a task from another thread failed", {{"reason", reason.detail}});
  if (task.blame) exit(task.blame, std::move(reason));
}

// --- Work on other threads ----------------------------------------------------------------------

/// True if no work runs for the process any more.
bool Scheduler::withdraw_work(Slot& slot) {
  const Process& process = *slot.process;
  if (workers_ == nullptr || !workers_->withdraw(works_for(process), process.self())) return false;
  slot.working = false;
  return true;
}

void Scheduler::start_work(Slot& slot, std::function<void()> work, std::function<void()> then) {
  if (workers_ == nullptr) {
    work();
    then();
    return;
  }
  const Pid pid = slot.process->self();
  const Ref ref = make_ref();
  const Pid client = works_for(*slot.process);
  const Slot* served = find(client);
  const std::shared_ptr<const Trail> trail = process::trail();
  slot.working = true;
  workers_->post(client, served == nullptr ? std::string() : served->process->network(),
                 {pid, [this, pid, ref, trail, &process = *slot.process, work = std::move(work)] {
                    working_for = pid;
                    const TraceScope trace(trail.get(), pid);
                    std::exception_ptr thrown;
                    try {
                      const LogScope about(process);  // `process` may be gone once WorkDone is sent
                      work();
                    } catch (...) {
                      thrown = std::current_exception();
                    }
                    working_for = {};
                    Message done(WorkDone{thrown}, ref);
                    done.depart();
                    inbox_.push({Deliver{pid, std::move(done)}});
                  }});
  slot.process->await(ref, std::nullopt, [&slot, then = std::move(then)](auto message) {
    slot.working = false;
    if (const auto& thrown = message->template get_if<WorkDone>()->thrown) {
      std::rethrow_exception(thrown);
    }
    then();
  });
}

}  // namespace phx::process
