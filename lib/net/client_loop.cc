/// libuv's loop, as a client needs it.

#include "net/client_loop.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "net/dialed_stream.h"
#include "net/uv.h"

namespace phx::net {

struct ClientLoop::Handles {
  explicit Handles(uv_loop_t* callers) : uv(callers == nullptr ? &own : callers) {
    if (callers == nullptr) check(uv_loop_init(&own) == 0, "a loop can be made");
    waker.open([this](uv_async_t* h) { return uv_async_init(uv, h, UvHandle<uv_async_t>::call); },
               [this] { turn(); });
    timer.open([this](uv_timer_t* h) { return uv_timer_init(uv, h); }, [this] { turn(); });
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    waker.close();
    timer.close();
    if (uv != &own) return;
    uv_run(uv, UV_RUN_DEFAULT);  // the handles' close callbacks, and names still being looked up
    uv_loop_close(uv);
  }

  void turn() const {
    if (on_turn) on_turn();
  }

  uv_loop_t own{};
  uv_loop_t* const uv;
  std::function<void()> on_turn;
  UvHandle<uv_async_t> waker;
  UvHandle<uv_timer_t> timer;
};

ClientLoop::ClientLoop(uv_loop_s* callers) : handles_(std::make_unique<Handles>(callers)) {}
ClientLoop::~ClientLoop() = default;

/// A caller's loop may have been away for long.
Clock::time_point ClientLoop::now() const {
  uv_update_time(handles_->uv);
  return Clock::time_point(Millis(uv_now(handles_->uv)));
}
void ClientLoop::on_turn(std::function<void()> callback) {
  handles_->on_turn = std::move(callback);
}
void ClientLoop::wake() { uv_async_send(handles_->waker.get()); }
void ClientLoop::run() { uv_run(handles_->uv, UV_RUN_DEFAULT); }
void ClientLoop::stop() { uv_stop(handles_->uv); }

void ClientLoop::turn_at(std::optional<Clock::time_point> time) {
  uv_timer_t* timer = handles_->timer.get();
  if (!time) {
    uv_timer_stop(timer);
    return;
  }
  const auto wait = std::chrono::ceil<Millis>(*time - now()).count();
  uv_timer_start(timer, UvHandle<uv_timer_t>::call,
                 static_cast<std::uint64_t>(std::max<Millis::rep>(wait, 0)), 0);
}

std::unique_ptr<DialedStream> ClientLoop::dial(const Dial& dial, DialUser& user) {
  return std::make_unique<UvStream>(*handles_->uv, dial, user);
}

}  // namespace phx::net
