#pragma once
/// \file
/// libuv's handles as members: they close with their owner, and never call into it after that.

#include <uv.h>

#include <functional>
#include <memory>

namespace phx::net {

/// One handle of type T. libuv closes asynchronously, so the handle outlives this object until the
/// loop releases it; its callback is disabled at once. Loop thread only.
template <class T>
class UvHandle {
 public:
  using Callback = std::function<void()>;

  UvHandle() = default;
  UvHandle(const UvHandle&) = delete;
  UvHandle& operator=(const UvHandle&) = delete;
  ~UvHandle() { close(); }

  /// `initialise(handle)` is the uv_…_init call.
  template <class Initialise>
  int open(Initialise&& initialise, Callback callback) {
    auto box = std::make_unique<Box>();
    box->callback = std::move(callback);
    const int result = initialise(&box->handle);
    if (result != 0) return result;
    box->handle.data = box.get();
    box_ = box.release();  // libuv owns it from here on: freed in the close callback
    return 0;
  }

  void close() {
    if (box_ == nullptr) return;
    box_->callback = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&box_->handle), [](uv_handle_t* handle) {
      const std::unique_ptr<Box> freed(static_cast<Box*>(handle->data));
    });
    box_ = nullptr;
  }

  T* get() const { return &box_->handle; }
  explicit operator bool() const { return box_ != nullptr; }

  /// Given to libuv to call: runs the callback, unless the handle is closed.
  static void call(T* handle) noexcept { called(handle, 0); }

  /// The same for uv_poll, with the events that woke it.
  static void call_poll(T* handle, int /*status*/, int events) noexcept { called(handle, events); }

  /// The same for uv_signal, with the signal.
  static void call_signal(T* handle, int signal) noexcept { called(handle, signal); }

  /// REQUIRES: within the callback. The events, or the signal, it was called for.
  int what() const { return box_->what; }

 private:
  struct Box {
    T handle{};
    Callback callback;
    int what = 0;
  };

  static void called(T* handle, int what) noexcept {
    auto* box = static_cast<Box*>(handle->data);
    if (!box->callback) return;
    box->what = what;
    const Callback callback = box->callback;  // it may close its own handle
    callback();
  }

  Box* box_ = nullptr;
};

}  // namespace phx::net
