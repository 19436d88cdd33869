#pragma once
/// \file
/// One signal of the operating system, received on a loop.

#include <functional>
#include <memory>

namespace phx::net {

class Loop;

/// Calls back on the loop's thread each time the signal comes. Destroying it restores what the
/// signal did before. Loop thread, or while the loop does not run. Neither copied nor moved.
class Signal {
 public:
  Signal(Loop& loop, int number, std::function<void()> callback);
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  ~Signal();

 private:
  struct Handle;
  const std::unique_ptr<Handle> handle_;
};

}  // namespace phx::net
