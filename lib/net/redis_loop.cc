/// A loop, wake-ups from other threads, and hiredis's needs: sockets and timers.

#include "net/redis_loop.h"

#include <mutex>
#include <utility>
#include <vector>

#include "base/check.h"
#include "net/uv.h"

namespace phx::net {

struct RedisLoop::Handles {
  uv_loop_t uv{};
  UvHandle<uv_async_t> waker;
  std::mutex mutex;
  std::vector<std::function<void()>> tasks;  ///< Guarded by the mutex.

  void run_tasks() {
    std::vector<std::function<void()>> now;
    {
      const std::lock_guard lock(mutex);
      now.swap(tasks);
    }
    for (const auto& task : now) task();
  }
};

namespace {

class UvWatch final : public redis::Loop::Watch {
 public:
  UvWatch(uv_loop_t* loop, int socket, std::function<void(bool, bool)> ready) {
    const int opened =
        poll_.open([loop, socket](uv_poll_t* h) { return uv_poll_init(loop, h, socket); },
                   [this, ready = std::move(ready)] {
                     const int what = poll_.what();
                     // An error wakes without an event: reading finds out which.
                     ready(what == 0 || (what & (UV_READABLE | UV_DISCONNECT)) != 0,
                           (what & UV_WRITABLE) != 0);
                   });
    check(opened == 0, "a socket can be watched");
  }

  void want(bool to_read, bool to_write) override {
    const int events = (to_read ? UV_READABLE : 0) | (to_write ? UV_WRITABLE : 0);
    if (std::exchange(events_, events) == events) return;  // libuv would ask the kernel twice
    if (events == 0) {
      uv_poll_stop(poll_.get());
    } else {
      uv_poll_start(poll_.get(), events, UvHandle<uv_poll_t>::call_poll);
    }
  }

 private:
  UvHandle<uv_poll_t> poll_;
  int events_ = 0;
};

class UvTimer final : public redis::Loop::Timer {
 public:
  UvTimer(uv_loop_t* loop, std::function<void()> expired) {
    timer_.open([loop](uv_timer_t* h) { return uv_timer_init(loop, h); }, std::move(expired));
  }
  void start(Millis wait) override {
    uv_update_time(timer_.get()->loop);
    uv_timer_start(timer_.get(), UvHandle<uv_timer_t>::call,
                   static_cast<std::uint64_t>(wait.count()), 0);
  }
  void stop() override { uv_timer_stop(timer_.get()); }

 private:
  UvHandle<uv_timer_t> timer_;
};

}  // namespace

RedisLoop::RedisLoop() : handles_(std::make_unique<Handles>()) {
  check(uv_loop_init(&handles_->uv) == 0, "a loop can be made");
  handles_->waker.open(
      [this](uv_async_t* h) { return uv_async_init(&handles_->uv, h, UvHandle<uv_async_t>::call); },
      [this] { handles_->run_tasks(); });
}

RedisLoop::~RedisLoop() {
  handles_->waker.close();
  uv_run(&handles_->uv, UV_RUN_DEFAULT);  // the handles' close callbacks
  uv_loop_close(&handles_->uv);
}

void RedisLoop::run() { uv_run(&handles_->uv, UV_RUN_DEFAULT); }
void RedisLoop::stop() {
  post([this] { uv_stop(&handles_->uv); });
}

std::unique_ptr<redis::Loop::Watch> RedisLoop::watch(int socket,
                                                     std::function<void(bool, bool)> ready) {
  return std::make_unique<UvWatch>(&handles_->uv, socket, std::move(ready));
}

std::unique_ptr<redis::Loop::Timer> RedisLoop::timer(std::function<void()> expired) {
  return std::make_unique<UvTimer>(&handles_->uv, std::move(expired));
}

void RedisLoop::post(std::function<void()> task) {
  {
    const std::lock_guard lock(handles_->mutex);
    handles_->tasks.push_back(std::move(task));
  }
  uv_async_send(handles_->waker.get());
}

}  // namespace phx::net
