/// The worker threads' loop: take a job, run it, take the next.

#include "process/workers.h"

namespace phx::process {

void Workers::post(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  jobs_.push_back(std::move(job));
  if (idle_ >= jobs_.size() || threads_.size() == limit_) {
    wake_.notify_one();
  } else {
    threads_.emplace_back([this] { run(); });
  }
}

bool Workers::stop(Millis patience) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  jobs_.clear();
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
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    --idle_;
    if (stopping_) break;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
  ++ended_;
  done_.notify_all();
}

}  // namespace phx::process
