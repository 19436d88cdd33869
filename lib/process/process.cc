/// A process's own operations: each leaves a request for the scheduler in its slot.

#include "process/process.h"

#include <limits>

#include "base/check.h"
#include "process/scheduler.h"
#include "process/slot.h"

namespace phx::process {

void Process::terminate(const ExitReason&) {}

Process::Meanwhile Process::meanwhile(Message&, Mailbox&) { return Meanwhile::queue; }

std::size_t Process::joined_limit() const { return std::numeric_limits<std::size_t>::max(); }

void Process::stop(ExitReason reason) {
  slot_->ending = std::make_unique<Ending>(std::move(reason));
  slot_->stopped = true;
}

void Process::await(Ref ref, std::optional<Millis> patience,
                    std::function<void(std::optional<Message>)> then) {
  check(!slot_->awaiting, "a process awaits one thing at a time");
  auto awaiting = std::make_unique<Awaiting>(Awaiting{ref, {}});
  if (patience) {
    awaiting->timer = scheduler_->send_after(*patience, self_, Message(PatienceOver{}, ref));
  }
  awaiting->then = [then = std::move(then)](std::optional<Message> message) {
    if (message && message->holds<PatienceOver>()) message.reset();
    then(std::move(message));
  };
  awaiting->arrived = slot_->mailbox.take(ref);
  slot_->awaiting = std::move(awaiting);
}

//! [call]
void Process::call(Pid target, Message request, std::function<void(Message)> then,
                   Millis patience) {
  const Ref ref = scheduler_->monitor(self_, target);
  scheduler_->send(target, Request{ref, self_, std::move(request)});
  await(ref, patience,
        [this, ref, target, patience, then = std::move(then)](std::optional<Message> message) {
          scheduler_->demonitor(ref, self_, target);
          if (!message) {
            throw Exit{{ExitReason::crash,
                        "call timed out after " + std::to_string(patience.count()) + " ms"}};
          }
          if (const Down* down = message->get_if<Down>()) {
            throw Exit{{ExitReason::crash, "call failed: " + to_string(down->reason)}};
          }
          then(std::move(*message));
        });
}
//! [call]

void Process::offload(std::function<void()> work, std::function<void()> then) {
  scheduler_->start_work(*slot_, std::move(work), std::move(then));
}

}  // namespace phx::process
