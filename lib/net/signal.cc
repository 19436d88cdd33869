/// Signals by libuv.

#include "net/signal.h"

#include <utility>

#include "net/handles.h"

namespace phx::net {

struct Signal::Handle {
  UvHandle<uv_signal_t> uv;
};

Signal::Signal(Loop& loop, int number, std::function<void()> callback)
    : handle_(std::make_unique<Handle>()) {
  uv_loop_t* uv = &loop.handles().uv;
  handle_->uv.open([uv](uv_signal_t* h) { return uv_signal_init(uv, h); }, std::move(callback));
  uv_signal_start(handle_->uv.get(), UvHandle<uv_signal_t>::call_signal, number);
}

Signal::~Signal() = default;

}  // namespace phx::net
