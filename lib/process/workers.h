#pragma once
/// \file
/// A few threads for blocking work, so that no loop blocks. Mirrors OTP's dirty schedulers.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "process/pid.h"

namespace phx::process {

/// A limited number of threads, each started when first needed. Networks take turns, and of each
/// network its clients; each has a share of the threads that it never exceeds. So a client whose
/// handlers block delays only itself, and one that keeps reconnecting delays only its own network.
/// Any thread may call.
class Workers {
 public:
  /// How many threads may work at a time; 0 means no limit.
  struct Shares {
    std::size_t of_client = 0;
    std::size_t of_network = 0;
  };
  /// Ten threads, like OTP's dirty I/O schedulers (`erl +SDio`).
  explicit Workers(std::size_t threads = 10) : Workers(threads, {}) {}
  Workers(std::size_t threads, Shares shares)
      : limit_(threads),
        shares_({shares.of_client == 0 ? threads : shares.of_client,
                 shares.of_network == 0 ? threads : shares.of_network}) {}
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  /// Waits for running jobs, however long they take; see stop().
  ~Workers();

  struct Job {
    Pid process;  ///< The process that the work belongs to: at most one job each.
    std::function<void()> run;
  };
  /// `network` is the client's Process::network.
  void post(Pid client, const std::string& network, Job job);
  /// Takes back the process's job, if it waits for others to end. False: it runs, or is about to,
  /// or is done.
  bool withdraw(Pid client, Pid process);
  /// Drops waiting jobs, and waits for running ones; false if some still run after `patience`.
  bool stop(Millis patience);

 private:
  struct Network {
    std::deque<Pid> turns = {};  ///< Its clients with a job that may run now, each once.
    std::size_t clients = 0;     ///< Networks with a queue.
    std::size_t running = 0;
    bool in_turn = false;  ///< It is in turns_.
  };
  using Networks = std::map<std::string, Network>;
  struct Queue {
    Networks::iterator network;
    std::deque<Job> jobs = {};  // at most one per process: bounded by their number
    std::size_t running = 0;
    bool in_turn = false;  ///< Its client is in its network's turns.
  };
  void run();
  void run_one(std::unique_lock<std::mutex>& lock);
  void wake_thread();
  Queue& queue_of(Pid client, const std::string& network);
  void take_its_turn(Pid client, Queue& queue);
  void take_its_turn(Network& network);
  void forget_idle(Pid client);

  const std::size_t limit_;
  const Shares shares_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Pid, Queue> queues_;  ///< Of the clients that have a job.
  Networks networks_;            ///< Of these clients.
  std::deque<Network*> turns_;   ///< Those with a job that may run now, each once.
  std::vector<std::thread> threads_;
  std::condition_variable done_;
  std::size_t idle_ = 0;     ///< Threads that wait for a job.
  std::size_t running_ = 0;  ///< Jobs that run.
  std::size_t ended_ = 0;
  bool stopping_ = false;
};

}  // namespace phx::process
