#pragma once
/// \file
/// Coroutines that wait for a push's answer, in place of callbacks.
///
///     phx::Task chat(phx::Topic room, std::string text) {
///       const phx::Answer joined = co_await room.join();
///       if (!joined.ok()) co_return show(joined.response["reason"]);
///       const phx::Push push = room.push("new_msg", {{"body", text}});
///       show((co_await push).status);  // ok, error, or timeout
///     }
///
/// g++ 12 can't compile a list in braces within a co_await: hence the variable.

#include <coroutine>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "client/topic.h"

namespace phx {

/// What such a coroutine returns. It runs at once as far as its first co_await, and from there on
/// the client's thread, as callbacks do: it must not block that. Nobody owns it. When the client
/// ends, a coroutine that still waits ends with it: its variables are destroyed, and what follows
/// the co_await never runs. What it throws goes where a callback's exceptions go: to
/// Client::on_error; before its first co_await, to its caller.
///
/// It outlives the call that made it: take parameters by value.
struct Task {
  struct promise_type {
    Task get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() { throw; }
  };
};

namespace client {

/// One co_await: between the coroutine and the push's callback.
class Awaiting {
 public:
  using Coroutine = std::coroutine_handle<Task::promise_type>;

  explicit Awaiting(Coroutine coroutine) : coroutine_(coroutine) {}
  Awaiting(const Awaiting&) = delete;
  Awaiting& operator=(const Awaiting&) = delete;

  /// False: it is answered already, and the coroutine goes on without a pause. A loop of such
  /// pushes would else fill the stack.
  static bool suspend(const std::shared_ptr<Awaiting>& self, Push push) {
    push.once([last = std::make_shared<Callback>(self)](const Answer& answer) {
      last->of->answered(answer);
    });
    if (self->stage_ == Stage::dropped) self->destroy();
    return std::exchange(self->stage_, Stage::waits) != Stage::answered;
  }
  Answer take() { return std::move(answer_); }

 private:
  /// Copies of a std::function share it: destroyed with the last one.
  struct Callback {
    explicit Callback(std::shared_ptr<Awaiting> awaiting) : of(std::move(awaiting)) {}
    Callback(const Callback&) = delete;
    Callback& operator=(const Callback&) = delete;
    ~Callback() { of->dropped(); }
    const std::shared_ptr<Awaiting> of;
  };
  enum class Stage : unsigned char { suspends, answered, dropped, waits };

  /// A thread that is not the coroutine's sees nothing of `stage_`: for it the coroutine waits.
  bool suspends() const {
    return std::this_thread::get_id() == thread_ && stage_ == Stage::suspends;
  }
  void answered(const Answer& answer) {
    const Coroutine coroutine = std::exchange(coroutine_, {});
    answer_ = answer;
    if (suspends()) {
      stage_ = Stage::answered;
      return;
    }
    try {
      coroutine.resume();
    } catch (...) {
      coroutine.destroy();  // it has ended, and what it threw is the caller's to report
      throw;
    }
  }
  /// No answer will come.
  void dropped() {
    if (suspends()) {
      stage_ = Stage::dropped;
    } else {
      destroy();
    }
  }
  void destroy() {
    if (const Coroutine coroutine = std::exchange(coroutine_, {})) coroutine.destroy();
  }

  const std::thread::id thread_ = std::this_thread::get_id();
  Coroutine coroutine_;
  Stage stage_ = Stage::suspends;
  Answer answer_;
};

class Awaiter {
 public:
  explicit Awaiter(Push push) : push_(std::move(push)) {}

  bool await_ready() const noexcept { return false; }
  /// Touches nothing of its own once the push may be answered: by then it may be gone.
  bool await_suspend(Awaiting::Coroutine coroutine) {
    const auto awaiting = std::make_shared<Awaiting>(coroutine);
    awaiting_ = awaiting;
    return Awaiting::suspend(awaiting, push_);
  }
  Answer await_resume() { return awaiting_->take(); }

 private:
  const Push push_;
  std::shared_ptr<Awaiting> awaiting_;
};

}  // namespace client

/// The answer, whatever its status: of a join, the first one. If it came already, that one.
inline client::Awaiter operator co_await(Push push) { return client::Awaiter(std::move(push)); }

}  // namespace phx
