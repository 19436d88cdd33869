#pragma once
/// \file
/// One timer on a loop.

#include <functional>
#include <memory>

#include "base/time.h"

namespace phx::net {

class Loop;

/// Calls back once when its time has come; destroying it stops it. Takes no memory until it is
/// started. Loop thread only. Neither copied nor moved.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> callback);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  /// Restarts it if it is running.
  void start(Millis wait);
  /// Calls back every `interval`, until stop().
  void every(Millis interval);
  void stop();

 private:
  struct Handle;
  void begin(Millis wait, Millis repeat);

  Loop& loop_;
  const std::function<void()> callback_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace phx::net
