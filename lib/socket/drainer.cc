/// Batches of `Drain`, an interval apart.

#include "socket/drainer.h"

#include <algorithm>

#include "process/scheduler.h"
#include "socket/socket_process.h"

namespace phx::socket {
namespace {

struct NextBatch {};

}  // namespace

/// Asks the scheduler for the connections, so that no list is kept just for this.
void Drainer::init() {
  deadline_ = scheduler().now() + options_.shutdown;
  waiting_ = scheduler().pids_of([this](const Process& process) {
    const auto* socket = dynamic_cast<const SocketProcess*>(&process);
    return socket != nullptr && &socket->user() == user_.get();
  });
  total_ = waiting_.size();
  next_batch();
}

void Drainer::handle(process::Message message) {
  if (message.holds<NextBatch>()) next_batch();
}

void Drainer::next_batch() {
  if (waiting_.empty()) return stop();
  const bool late = scheduler().now() >= deadline_;
  tell(late ? waiting_.size() : std::min(batch_size(), waiting_.size()));
  if (waiting_.empty()) return stop();
  scheduler().send_after(options_.batch_interval, self(), NextBatch{});
}

/// A batch counts for the whole server; each shard drains its part.
std::size_t Drainer::batch_size() const {
  return std::max<std::size_t>(options_.batch_size / scheduler().shards(), 1);
}

void Drainer::tell(std::size_t count) {
  const std::size_t rounds = total_ / batch_size() + 1;  // rounded as in Phoenix
  telemetry_.execute(
      SocketDrain{count, total_, ++batches_, rounds, options_.batch_interval, path_, user_->log()});
  for (; count > 0; --count) {
    scheduler().send(waiting_.back(), Drain{});
    waiting_.pop_back();
  }
}

}  // namespace phx::socket
