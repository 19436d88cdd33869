/// The worker threads' loop: the next client in turn, one job of it, then the next client.

#include "process/workers.h"

#include <algorithm>

namespace phx::process {

void Workers::post(Pid client, Job job) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  Queue& queue = queues_[client];
  queue.jobs.push_back(std::move(job));
  take_its_turn(client, queue);
  call_a_thread();
}

void Workers::call_a_thread() {
  if (turns_.empty()) return;  // a client at its share goes on when one of its jobs ends
  if (idle_ >= turns_.size() || threads_.size() == limit_) {
    wake_.notify_one();
  } else {
    threads_.emplace_back([this] { run(); });
  }
}

void Workers::take_its_turn(Pid client, Queue& queue) {
  if (queue.in_turn || queue.jobs.empty() || queue.running >= share_) return;
  queue.in_turn = true;
  turns_.push_back(client);
}

bool Workers::withdraw(Pid client, Pid process) {
  const std::lock_guard lock(mutex_);
  const auto found = queues_.find(client);
  if (found == queues_.end()) return false;
  Queue& queue = found->second;
  if (queue.in_turn && turns_.size() <= threads_.size() - running_) return false;
  if (std::erase_if(queue.jobs, [&](const Job& job) { return job.process == process; }) == 0) {
    return false;
  }
  if (queue.jobs.empty() && queue.in_turn) {
    queue.in_turn = false;
    std::erase(turns_, client);
  }
  if (queue.jobs.empty() && queue.running == 0) queues_.erase(found);
  return true;
}

bool Workers::stop(Millis patience) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  turns_.clear();
  for (auto& [client, queue] : queues_) queue.jobs.clear();
  wake_.notify_all();
  return done_.wait_for(lock, patience, [this] { return ended_ == threads_.size(); });
}

Workers::~Workers() {
  stop(Millis{0});
  for (std::thread& thread : threads_) thread.join();
}

void Workers::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return stopping_ || !turns_.empty(); });
    --idle_;
    if (stopping_) break;
    run_one(lock);
  }
  ++ended_;
  done_.notify_all();
}

void Workers::run_one(std::unique_lock<std::mutex>& lock) {
  const Pid client = turns_.front();
  turns_.pop_front();
  Queue& queue = queues_.at(client);  // stays: a job of it runs
  queue.in_turn = false;
  {
    const Job job = std::move(queue.jobs.front());
    queue.jobs.pop_front();
    ++queue.running;
    ++running_;
    take_its_turn(client, queue);
    call_a_thread();
    lock.unlock();
    job.run();
  }
  lock.lock();
  --queue.running;
  --running_;
  take_its_turn(client, queue);
  if (queue.jobs.empty() && queue.running == 0) queues_.erase(client);
}

}  // namespace phx::process
