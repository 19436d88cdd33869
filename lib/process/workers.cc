/// The worker threads' loop: one job of the next network's next client, then the next network.

#include "process/workers.h"

#include <algorithm>
#include <utility>

namespace phx::process {

void Workers::post(Pid client, const std::string& network, Job job) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  Queue& queue = queue_of(client, network);
  queue.jobs.push_back(std::move(job));
  take_its_turn(client, queue);
  wake_thread();
}

/// A client of an unknown network counts as a network of its own.
Workers::Queue& Workers::queue_of(Pid client, const std::string& network) {
  const auto found = queues_.find(client);
  if (found != queues_.end()) return found->second;
  const auto of =
      networks_.try_emplace(network.empty() ? std::to_string(client.number()) : network).first;
  ++of->second.clients;
  return queues_.emplace(client, Queue{of}).first->second;
}

void Workers::forget_idle(Pid client) {
  const auto found = queues_.find(client);
  const Queue& queue = found->second;
  if (!queue.jobs.empty() || queue.running > 0) return;
  if (--queue.network->second.clients == 0) networks_.erase(queue.network);
  queues_.erase(found);
}

void Workers::wake_thread() {
  if (turns_.empty()) return;  // a network at its limit goes on when one of its jobs ends
  if (idle_ >= turns_.size() || threads_.size() == limit_) {
    wake_.notify_one();
  } else {
    threads_.emplace_back([this] { run(); });
  }
}

void Workers::take_its_turn(Pid client, Queue& queue) {
  if (queue.in_turn || queue.jobs.empty() || queue.running >= shares_.of_client) return;
  queue.in_turn = true;
  queue.network->second.turns.push_back(client);
  take_its_turn(queue.network->second);
}

void Workers::take_its_turn(Network& network) {
  if (network.in_turn || network.turns.empty() || network.running >= shares_.of_network) return;
  network.in_turn = true;
  turns_.push_back(&network);
}

bool Workers::withdraw(Pid client, Pid process) {
  const std::lock_guard lock(mutex_);
  const auto found = queues_.find(client);
  if (found == queues_.end()) return false;
  Queue& queue = found->second;
  Network& network = queue.network->second;
  const bool next = queue.in_turn && network.in_turn && network.turns.front() == client;
  if (next && turns_.size() <= threads_.size() - running_) return false;
  if (std::erase_if(queue.jobs, [&](const Job& job) { return job.process == process; }) == 0) {
    return false;
  }
  if (queue.jobs.empty() && std::exchange(queue.in_turn, false)) {
    std::erase(network.turns, client);
    if (network.turns.empty() && std::exchange(network.in_turn, false))
      std::erase(turns_, &network);
  }
  forget_idle(client);
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
  Network& network = *turns_.front();
  turns_.pop_front();
  network.in_turn = false;
  const Pid client = network.turns.front();
  network.turns.pop_front();
  Queue& queue = queues_.at(client);  // stays: one of its jobs runs
  queue.in_turn = false;
  {
    const Job job = std::move(queue.jobs.front());
    queue.jobs.pop_front();
    ++queue.running;
    ++network.running;
    ++running_;
    take_its_turn(client, queue);
    take_its_turn(network);
    wake_thread();
    lock.unlock();
    job.run();
  }
  lock.lock();
  --queue.running;
  --network.running;
  --running_;
  take_its_turn(client, queue);
  take_its_turn(network);
  forget_idle(client);
}

}  // namespace phx::process
