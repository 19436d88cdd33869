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

/// [1] The only message that counts is the Down of a child that runs: find the child by its
/// monitor, and say that it has ended. [2] All else is ignored.
void Supervisor::handle(Message message) {
  // Yours: Supervisor::handle
  not_written("Supervisor::handle", message);
}

/// A child has ended by itself:
///
/// - [3] It has no pid any more.
/// - [4] A permanent child is started again.
/// - [5] A transient child is started again where its reason was not graceful(). [6] After a
///   graceful end it is not.
/// - [7] A temporary child is never started again.
/// - [8] Before a start it is asked whether that would be too many: then the supervisor gives up,
///   and nothing is started.
void Supervisor::ended(std::size_t index, const ExitReason& reason) {
  // Yours: Supervisor::ended
  not_written("Supervisor::ended", index, reason);
}

/// [9] Notes a restart, now (scheduler().now()). [10] Forgets those that lie further back than
/// intensity_.max_seconds. [11] True where more are left than intensity_.max_restarts.
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

/// The child's turn to be started again, by the strategy:
///
/// - [12] one_for_one: it alone.
/// - [13] rest_for_one: those that were started after it are stopped first, the last one first.
///   [14] Then it and they are started, in the order of their specifications. [15] So is a
///   transient one among them that had ended before, as in OTP.
/// - [16] one_for_all: the same with all children.
/// - [17] A temporary child that was stopped along the way stays gone.
void Supervisor::restart(std::size_t index) {
  // Yours: Supervisor::restart
  not_written("Supervisor::restart", index, strategy_);
}

/// Stops the children in this order, and then calls `then`:
///
/// - [18] One after the other: the next is asked when the one before has gone.
/// - [19] A child is asked to shut down: {shutdown}. [20] It is awaited by its monitor for as long
///   as its specification says. [21] Where it is still there then, it is killed. [22] A killed
///   child is awaited too.
/// - [23] Once it is gone it has no pid any more.
/// - [24] When all have gone, `then` is called; and so it is where there are none.
void Supervisor::stop_children(Order order, std::function<void()> then) {
  // Yours: Supervisor::stop_children
  not_written("Supervisor::stop_children", order, then);
}

/// Somebody asks the supervisor to end:
///
/// [25] All running children are stopped, the last one first. [26] Then it stops itself, with this
/// reason.
void Supervisor::exit_requested(ExitReason reason) {
  // Yours: Supervisor::exit_requested
  not_written("Supervisor::exit_requested", reason);
}

}  // namespace phx::process
