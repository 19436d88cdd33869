#pragma once
/// \file
/// One alarm on a loop.

#include <functional>
#include <memory>

#include "base/time.h"

namespace phx::net {

class Loop;

/// Calls back once when its time has come; stopped when it is destroyed. Takes memory only once it
/// has been started. Loop thread only. Neither copied nor moved.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> callback);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  /// Anew, if it runs already.
  void start(Millis wait);
  /// Again and again, until stop().
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
