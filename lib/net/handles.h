#pragma once
/// \file
/// A loop's handles, for the files of this folder only.

#include <uv.h>

#include <functional>
#include <memory>
#include <vector>

#include "net/loop.h"
#include "net/lws_context.h"
#include "net/uv.h"

namespace phx::net {

struct Loop::Handles {
  explicit Handles(std::size_t descriptors);
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles();

  uv_loop_t uv{};
  std::vector<std::unique_ptr<LwsContext>> contexts;  ///< The one with the shortest table first.
  std::function<void()> round;
  UvHandle<uv_check_t> after_input;
  UvHandle<uv_async_t> waker;
  UvHandle<uv_idle_t> idle;
};

}  // namespace phx::net
