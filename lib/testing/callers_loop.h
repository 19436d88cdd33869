#pragma once
/// \file
/// A libuv loop as a program has one that drives a client by it.

#include <uv.h>

#include "testing/case.h"

namespace phx::testing {

/// Neither copied nor moved. One thread.
class CallersLoop {
 public:
  CallersLoop() { expect_eq(uv_loop_init(&loop_), 0); }
  CallersLoop(const CallersLoop&) = delete;
  CallersLoop& operator=(const CallersLoop&) = delete;

  uv_loop_s* get() { return &loop_; }
  void run_until_stopped() { uv_run(&loop_, UV_RUN_DEFAULT); }
  void stop() { uv_stop(&loop_); }
  /// Lets what is left on it finish. False: something is still open.
  bool close() {
    uv_run(&loop_, UV_RUN_DEFAULT);
    return uv_loop_close(&loop_) == 0;
  }

 private:
  uv_loop_t loop_{};
};

}  // namespace phx::testing
