#pragma once
/// \file
/// Ends a shard: serves clients that have just connected, drains sockets in batches, ends the
/// endpoint's children, and gives the remaining connections `farewell` to close.

#include <vector>

#include "endpoint/endpoint.h"
#include "net/timer.h"
#include "process/scheduler.h"
#include "server/draining.h"

namespace phx::server {

/// What a shutdown needs from its shard. Shard thread.
class ShutdownHost {
 public:
  virtual ~ShutdownHost() = default;
  virtual process::Scheduler& scheduler() = 0;
  /// A connection's first request is still on its way.
  virtual bool awaits_newcomers() const = 0;
  virtual void refuse_newcomers() = 0;
  /// Connections that are still open.
  virtual std::size_t open() const = 0;
  /// Tells the endpoint's children to end.
  virtual void end_children() = 0;
  virtual bool children_ended() const = 0;
  /// Gives processes that were started or told to end their turns soon.
  virtual void wake() = 0;
  /// Makes the loop return.
  virtual void stop_loop() = 0;
};

/// Shard thread only.
class Shutdown {
 public:
  /// `endpoint` and `all`, which is all shards', outlive it.
  Shutdown(const Endpoint& endpoint, ShutdownHost& host, Draining& all, net::Loop& loop,
           Millis farewell);

  /// Held polls are still answered while the batches drain.
  void begin();
  /// Call at the end of each turn: takes the next step when it is due.
  void go_on();

 private:
  void drain();
  bool drains() const;
  void begin_farewell();
  void farewell_timed_out();

  const Endpoint& endpoint_;
  ShutdownHost& host_;
  Draining& all_;
  const Millis farewell_;
  net::Timer farewell_timer_;
  net::Timer newcomers_patience_;
  std::vector<process::Pid> drainers_;
  bool begun_ = false;
  bool batches_made_ = false;
  bool drained_ = false;        ///< Its own batches are over.
  bool farewell_said_ = false;  ///< All shards' are, and the children have been asked to end.
};

}  // namespace phx::server
