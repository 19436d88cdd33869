/// Timers by libuv.

#include "net/timer.h"

#include <algorithm>
#include <utility>

#include "net/handles.h"

namespace phx::net {

struct Timer::Handle {
  UvHandle<uv_timer_t> uv;
};

Timer::Timer(Loop& loop, std::function<void()> callback)
    : loop_(loop), callback_(std::move(callback)) {}
Timer::~Timer() = default;

void Timer::start(Millis wait) { begin(wait, Millis{0}); }
void Timer::every(Millis interval) { begin(interval, interval); }

void Timer::begin(Millis wait, Millis repeat) {
  uv_loop_t* uv = &loop_.handles().uv;
  if (!handle_) {
    handle_ = std::make_unique<Handle>();
    handle_->uv.open([uv](uv_timer_t* h) { return uv_timer_init(uv, h); }, callback_);
  }
  uv_update_time(uv);
  const auto count = [](Millis time) {
    return static_cast<std::uint64_t>(std::max<Millis::rep>(time.count(), 0));
  };
  uv_timer_start(handle_->uv.get(), UvHandle<uv_timer_t>::call, count(wait), count(repeat));
}

void Timer::stop() {
  if (handle_) uv_timer_stop(handle_->uv.get());
}

}  // namespace phx::net
