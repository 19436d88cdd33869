/// A process whose only work is other processes: your own.
///
/// supervisor.h beside the real file has the class, with its private functions: a plan that you may
/// follow, or not. What you don't call needs no body. README.md beside this file says in which
/// order to write the parts. What helps: scheduler().exit(pid, reason) asks a process to end, and
/// kills it where the reason is `killed`; await(monitor, patience, then) waits for a Down and
/// nothing else.

#include "process/supervisor.h"

#include "chapters/not_written.h"
#include "process/scheduler.h"

namespace phx::process {

using exercise::not_written;  // goes with the last part that you write

Supervisor::Supervisor(Strategy strategy, std::vector<ChildSpec> children, Intensity intensity)
    : strategy_(strategy), intensity_(intensity) {
  for (ChildSpec& spec : children) children_.push_back({std::move(spec)});
}

void Supervisor::init() {
  for (Child& child : children_) start(child);
}

void Supervisor::start(Child& child) {
  child.pid = scheduler().spawn(child.spec.start());
  child.monitor = scheduler().monitor(self(), child.pid);
}

/// After a crash of the supervisor's own: nobody waits for the children, but they are told.
void Supervisor::terminate(const ExitReason&) {
  for (std::size_t i = children_.size(); i-- > 0;) {
    if (children_[i].pid) scheduler().exit(children_[i].pid, {ExitReason::shutdown, "crashed"});
  }
}

/// The only message that counts is the Down of a child that runs: find the child by its monitor,
/// and say that it has ended. All else is ignored.
void Supervisor::handle(Message message) {
  // Yours: Supervisor::handle
  not_written("Supervisor::handle", message);
}

/// A child has ended by itself. It has no pid any more. A permanent one is started again, a
/// transient one where its reason was not graceful(), a temporary one never. Before a start it is
/// asked whether that would be too many: then the supervisor gives up.
void Supervisor::ended(std::size_t index, const ExitReason& reason) {
  // Yours: Supervisor::ended
  not_written("Supervisor::ended", index, reason);
}

/// Notes a restart, now (scheduler().now()), and forgets those that lie further back than
/// intensity_.max_seconds. True where more are left than intensity_.max_restarts.
bool Supervisor::too_many_restarts() {
  // Yours: Supervisor::too_many_restarts
  not_written("Supervisor::too_many_restarts", intensity_, restarts_);
}

/// Says so in the log, and ends as if it had been asked to.
void Supervisor::give_up(const Child& child) {
  scheduler().log().error("a supervisor gives up: a child keeps ending",
                          {{"child", child.spec.id}});
  scheduler().observer().gave_up(child.spec.id);
  exit_requested({ExitReason::shutdown, "reached max restart intensity"});
}

/// The child's turn to be started again, by the strategy. one_for_one: it alone. rest_for_one:
/// those that were started after it are stopped first, the last one first; then it and they are
/// started, in the order of their specifications. one_for_all: the same with all children. A
/// temporary child that was stopped along the way stays gone.
void Supervisor::restart(std::size_t index) {
  // Yours: Supervisor::restart
  not_written("Supervisor::restart", index, strategy_);
}

/// Stops the children in this order, one after the other, and then calls `then`. A child is asked
/// to shut down, and awaited by its monitor for as long as its specification says; where it is
/// still there then, it is killed, and awaited without a limit. Once it is gone it has no pid any
/// more.
void Supervisor::stop_children(Order order, std::function<void()> then) {
  // Yours: Supervisor::stop_children
  not_written("Supervisor::stop_children", order, then);
}

/// Somebody asks the supervisor to end: all running children are stopped, the last one first, and
/// then it stops itself, with this reason.
void Supervisor::exit_requested(ExitReason reason) {
  // Yours: Supervisor::exit_requested
  not_written("Supervisor::exit_requested", reason);
}

}  // namespace phx::process
