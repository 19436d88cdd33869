#pragma once
/// \file
/// A Redis client's interface to an event loop. net/redis_loop.h implements it.

#include <functional>
#include <memory>

#include "base/time.h"

namespace phx::redis {

/// Loop thread only, except where noted; callbacks run on it. Neither copied nor moved.
class Loop {
 public:
  /// A watched socket; destroying it ends the watch, even from within its callback.
  class Watch {
   public:
    virtual ~Watch() = default;
    /// The events to be called for; none at first.
    virtual void want(bool to_read, bool to_write) = 0;
  };
  /// One timer; destroying it stops it.
  class Timer {
   public:
    virtual ~Timer() = default;
    /// Restarts it if it is running.
    virtual void start(Millis wait) = 0;
    virtual void stop() = 0;
  };

  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  virtual ~Loop() = default;

  virtual std::unique_ptr<Watch> watch(int socket,
                                       std::function<void(bool readable, bool writable)> ready) = 0;
  virtual std::unique_ptr<Timer> timer(std::function<void()> expired) = 0;
  /// Runs `task` soon. Any thread, as long as the loop lives.
  virtual void post(std::function<void()> task) = 0;
};

}  // namespace phx::redis
