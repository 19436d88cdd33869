#pragma once
/// \file
/// Runs a client: its session, its loop, its clock, and the calls of other threads.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "client/session.h"
#include "net/client_loop.h"

namespace phx::client {

/// Handles (phx::Client, phx::Topic, phx::Push) share it. Neither copied nor moved.
class Engine {
 public:
  /// With a loop it is driven by that; without one it starts a thread of its own.
  /// \throws OptionError for an option that can't be used.
  Engine(std::string_view url, ClientOptions options, uv_loop_s* callers);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// Runs `call` on the client's thread: at once if this is it, else soon, in order. After stop()
  /// it is dropped. Any thread.
  void post(std::function<void()> call);
  /// The same for a call that carries `bytes`: false if too much waits already, by
  /// ClientOptions::max_waiting_pushes and max_waiting_bytes.
  bool post_bounded(std::size_t bytes, std::function<void()> call);
  /// Bytes of pushes that wait, those of calls included. Any thread.
  std::size_t waiting_bytes();
  /// Disconnects, and returns once no callback can follow. On the caller's loop: from its thread.
  /// On a thread of its own: from any other.
  void stop();

  Session& session() { return *session_; }
  void guard(const std::function<void()>& call) { session_->guard(call); }
  std::uint64_t next_binding() { return ++bindings_; }  ///< Any thread.
  const ClientOptions& options() const { return options_; }

 private:
  std::unique_ptr<Transport> dial(const Attempt& attempt, TransportUser& user);
  void turn() noexcept;
  void start_thread();
  void run_calls();
  bool on_own_thread() const { return std::this_thread::get_id() == thread_id_.load(); }
  void end();

  const ClientOptions options_;
  const EndpointUrl url_;
  const bool guest_;  ///< On the caller's loop.
  std::atomic<std::uint64_t> bindings_ = 0;
  std::atomic<std::thread::id> thread_id_;

  std::mutex mutex_;
  std::vector<std::function<void()>> calls_;  ///< Under the mutex.
  std::size_t call_bytes_ = 0;                ///< Under the mutex.
  bool stopped_ = false;                      ///< Under the mutex.

  std::unique_ptr<net::ClientLoop> loop_;
  std::unique_ptr<Timers> timers_;
  std::unique_ptr<Session> session_;
  std::thread thread_;
};

}  // namespace phx::client
