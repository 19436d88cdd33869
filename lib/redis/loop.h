#pragma once
/// \file
/// What a client of Redis needs of an event loop. net/redis_loop.h is the one that there is.

#include <functional>
#include <memory>

#include "base/time.h"

namespace phx::redis {

/// Its callbacks run on its own thread, and so does all that is not said to be any thread's.
/// Neither copied nor moved.
class Loop {
 public:
  /// One socket; destroying it ends the watch, also from within its callback.
  class Watch {
   public:
    virtual ~Watch() = default;
    /// What to be called for, from now on; at first nothing.
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
