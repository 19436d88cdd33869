#pragma once
/// \file
/// A few threads for work that blocks, so that no loop does. Mirrors OTP's dirty schedulers.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/time.h"
#include "process/pid.h"

namespace phx::process {

/// A limited number of threads, each started when first needed. Clients take turns: each has a
/// queue of its own, and a share of the threads that it never exceeds. So a client whose handlers
/// block for long holds up itself, not the others. Any thread may call.
class Workers {
 public:
  /// Ten threads, like OTP's dirty I/O schedulers (`erl +SDio`), of which `share` may work for one
  /// client at a time; 0 means no limit.
  explicit Workers(std::size_t threads = 10, std::size_t share = 0)
      : limit_(threads), share_(share == 0 ? threads : share) {}
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  /// Waits for running jobs, however long they take; see stop().
  ~Workers();

  struct Job {
    Pid process;  ///< Whose work it is: at most one job each.
    std::function<void()> run;
  };
  void post(Pid client, Job job);
  /// Takes back the process's job, if it waits for others to end. False: it runs, or is about to,
  /// or is done.
  bool withdraw(Pid client, Pid process);
  /// Drops waiting jobs, and waits for running ones; false if some still run after `patience`.
  bool stop(Millis patience);

 private:
  struct Queue {
    std::deque<Job> jobs = {};  // at most one per process: bounded by their number
    std::size_t running = 0;
    bool in_turn = false;  ///< It stands in turns_.
  };
  void run();
  void run_one(std::unique_lock<std::mutex>& lock);
  void call_a_thread();
  void take_its_turn(Pid client, Queue& queue);

  const std::size_t limit_;
  const std::size_t share_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Pid, Queue> queues_;  ///< Of the clients that have a job.
  std::deque<Pid> turns_;        ///< Those with a job that may run now, each once.
  std::vector<std::thread> threads_;
  std::condition_variable done_;
  std::size_t idle_ = 0;     ///< Threads that wait for a job.
  std::size_t running_ = 0;  ///< Jobs that run.
  std::size_t ended_ = 0;
  bool stopping_ = false;
};

}  // namespace phx::process
