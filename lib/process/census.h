#pragma once
/// \file
/// A walk over all processes of one scheduler in bounded steps, so that others get turns between;
/// and a closer look at one of them.
/// Shard thread only.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/bucket_walk.h"
#include "process/scheduler.h"

namespace phx::process {

/// One process, as it is at this moment. Valid during the visit.
struct Entry {
  Pid pid;
  const Process& process;
  std::size_t mailbox;        ///< Messages that wait, without signals.
  std::size_t mailbox_bytes;  ///< Of these.
  std::size_t monitors;       ///< Monitors of this process, held by others.
  std::uint64_t turns;
  Millis used;     ///< Of its thread, counted by a clock that is accurate to a few of them.
  Millis longest;  ///< Its longest turn.
  Millis age;
  bool awaiting;  ///< It waits for one message: a join, an answer.
  bool working;   ///< Its handler runs on a worker thread.
};

/// A message that a process has handled.
struct Handled {
  std::string type;
  std::size_t bytes;
  Clock::duration ago;   ///< Since its turn came.
  Clock::duration took;  ///< Not what a worker thread did for it.
};

/// A process that begins or ends during the walk may be visited or not; the others are visited
/// once. See BucketWalk for what a step may cost.
class Census {
 public:
  using Visit = std::function<void(const Entry&)>;

  explicit Census(const Scheduler& scheduler) : scheduler_(scheduler) {}

  /// Visits the next processes. If the table of processes has grown, the walk begins again, and
  /// `begun_again` is called first: forget what was visited. False: all were visited.
  bool step(
      const Visit& visit, const std::function<void()>& begun_again = [] {});

  /// One process, if it is alive.
  static bool visit(const Scheduler& scheduler, Pid pid, const Visit& visit);
  /// The types of the first `most` messages that wait for a process, and how many there are of
  /// each.
  static std::map<std::string, std::size_t> mail(const Scheduler& scheduler, Pid pid,
                                                 std::size_t most = 1'000);
  /// The latest messages that the process has handled, the newest first, Notes::max_notes at most:
  /// those since the first call, as long as no two calls are further apart than Notes::patience.
  /// What nobody asks for is not kept, and costs nothing.
  static std::vector<Handled> watch(Scheduler& scheduler, Pid pid, Clock::time_point now);

 private:
  const Scheduler& scheduler_;
  BucketWalk walk_;
};

}  // namespace phx::process
