/// Restarts children that end, and stops the others in order.

#include "process/supervisor.h"

#include "process/scheduler.h"

namespace phx::process {

Supervisor::Supervisor(Strategy strategy, std::vector<ChildSpec> children, Intensity intensity)
    : strategy_(strategy), intensity_(intensity) {
  for (ChildSpec& spec : children) children_.push_back({std::move(spec)});
}

void Supervisor::init() {
  for (Child& child : children_) start(child);
}

void Supervisor::handle(Message message) {
  const Down* down = message.get_if<Down>();
  if (down == nullptr) return;
  for (std::size_t i = 0; i < children_.size(); ++i) {
    if (children_[i].pid && children_[i].monitor == down->ref) return ended(i, down->reason);
  }
}

void Supervisor::exit_requested(ExitReason reason) {
  stop_children(reversed(0, children_.size()), [this, reason] { stop(reason); });
}

void Supervisor::terminate(const ExitReason&) {
  // Children are left only if the supervisor itself crashed.
  for (const std::size_t i : reversed(0, children_.size())) {
    scheduler().exit(children_[i].pid, {ExitReason::shutdown, "supervisor ended"});
  }
}

void Supervisor::start(Child& child) {
  child.pid = scheduler().spawn(child.spec.start());
  child.monitor = scheduler().monitor(self(), child.pid);
}

void Supervisor::ended(std::size_t index, const ExitReason& reason) {
  Child& child = children_[index];
  child.pid = {};
  const bool again = child.spec.restart == Restart::permanent ||
                     (child.spec.restart == Restart::transient && !reason.graceful());
  if (!again) return;
  if (too_many_restarts()) return give_up(child);
  scheduler().log().warn("a child is restarted",
                         {{"child", child.spec.id}, {"ended", to_string(reason)}});
  restart(index);
}

bool Supervisor::too_many_restarts() {
  const Clock::time_point now = scheduler().now();
  restarts_.push_back(now);
  while (now - restarts_.front() > intensity_.max_seconds) restarts_.pop_front();
  return restarts_.size() > intensity_.max_restarts;
}

void Supervisor::give_up(const Child& child) {
  scheduler().log().error("a supervisor gives up: a child keeps ending",
                          {{"child", child.spec.id},
                           {"max_restarts", std::to_string(intensity_.max_restarts)},
                           {"in_ms", std::to_string(intensity_.max_seconds.count())}});
  scheduler().observer().gave_up(child.spec.id);
  exit_requested({ExitReason::shutdown, "reached max restart intensity"});
}

void Supervisor::restart(std::size_t index) {
  const std::size_t first = strategy_ == Strategy::one_for_all ? 0 : index;
  const std::size_t last = strategy_ == Strategy::one_for_one ? index + 1 : children_.size();
  stop_children(reversed(first, last), [this, first, last, index] {
    for (std::size_t i = first; i < last; ++i) {
      // A temporary child that was stopped along the way is not restarted, as in OTP.
      if (i == index || children_[i].spec.restart != Restart::temporary) start(children_[i]);
    }
  });
}

Supervisor::Order Supervisor::reversed(std::size_t first, std::size_t last) const {
  Order order;
  for (std::size_t i = last; i-- > first;) {
    if (children_[i].pid) order.push_back(i);
  }
  return order;
}

void Supervisor::stop_children(Order order, std::function<void()> then) {
  if (order.empty()) return then();
  const Child& child = children_[order.front()];
  scheduler().exit(child.pid, {ExitReason::shutdown});
  await(child.monitor, child.spec.shutdown,
        [this, order = std::move(order), then = std::move(then)](std::optional<Message> down) {
          if (down) return child_stopped(order, then);
          const Child& stubborn = children_[order.front()];
          scheduler().exit(stubborn.pid, {ExitReason::killed});
          await(stubborn.monitor, std::nullopt,
                [this, order, then](std::optional<Message>) { child_stopped(order, then); });
        });
}

void Supervisor::child_stopped(Order order, std::function<void()> then) {
  children_[order.front()].pid = {};
  order.pop_front();
  stop_children(std::move(order), std::move(then));
}

}  // namespace phx::process
