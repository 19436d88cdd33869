#pragma once
/// \file
/// A process that starts and restarts other processes.
///
/// Mirrors OTP's supervisor: the same strategies, the same limit on restarts, the same order.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "process/process.h"

namespace phx::process {

//! [strategy]
enum class Strategy {
  one_for_one,   ///< Only the child that ended is restarted.
  rest_for_one,  ///< And the children started after it.
  one_for_all,   ///< All of them.
};

enum class Restart {
  permanent,  ///< Always restarted.
  transient,  ///< Only after an end that was not graceful.
  temporary,  ///< Never.
};
//! [strategy]

struct ChildSpec {
  std::string id;
  std::function<std::unique_ptr<Process>()> start;
  Restart restart = Restart::permanent;
  Millis shutdown{5000};  ///< After that it is killed. As in Supervisor's child specifications.
};

/// The supervisor gives up after more restarts than this in that time. Supervisor's defaults.
struct Intensity {
  std::size_t max_restarts = 3;
  Millis max_seconds{5000};
};

class Supervisor final : public Process {
 public:
  Supervisor(Strategy strategy, std::vector<ChildSpec> children, Intensity intensity = {});

  std::string name() const override { return "supervisor"; }
  std::string_view kind() const override { return "supervisor"; }
  std::vector<Pid> children() const override {
    std::vector<Pid> pids;
    for (const Child& child : children_) {
      if (child.pid) pids.push_back(child.pid);
    }
    return pids;
  }

 protected:
  void init() override;
  void handle(Message message) override;
  void terminate(const ExitReason& reason) override;
  bool traps_exits() const override { return true; }
  /// Stops the children in reverse, then ends.
  void exit_requested(ExitReason reason) override;

 private:
  struct Child {
    ChildSpec spec;
    Pid pid = {};
    Ref monitor = {};
  };
  using Order = std::deque<std::size_t>;

  void start(Child& child);
  void ended(std::size_t index, const ExitReason& reason);
  void restart(std::size_t index);
  bool too_many_restarts();
  void give_up(const Child& child);
  /// The running children of [first, last), the last started first.
  Order reversed(std::size_t first, std::size_t last) const;
  void stop_children(Order order, std::function<void()> then);
  void child_stopped(Order order, std::function<void()> then);

  const Strategy strategy_;
  const Intensity intensity_;
  std::vector<Child> children_;
  std::deque<Clock::time_point> restarts_;  // at most max_restarts + 1
};

}  // namespace phx::process
