/// One thread runs a session; other threads hand it their calls.

#include "client/engine.h"

#include <openssl/rand.h>

#include <csignal>

#include "base/check.h"
#include "client/longpoll_transport.h"
#include "client/websocket_transport.h"

namespace phx::client {
namespace {

/// Unpredictable, as RFC 6455, 5.3 wants masks to be. Drawn in blocks, because a call costs a lock.
std::string random_bytes(std::size_t size) {
  thread_local std::string pool;
  constexpr std::size_t block = 4'096;
  if (pool.size() < size) {
    pool.resize(block);
    check(RAND_bytes(reinterpret_cast<unsigned char*>(pool.data()), block) == 1,
          "OpenSSL has random bytes");
  }
  std::string bytes = pool.substr(pool.size() - size);
  pool.resize(pool.size() - size);
  return bytes;
}

}  // namespace

Engine::Engine(std::string_view url, ClientOptions options, uv_loop_s* callers)
    : options_(std::move(options)),
      url_(parse_endpoint_url(url)),
      guest_(callers != nullptr),
      loop_(std::make_unique<net::ClientLoop>(callers)),
      timers_(std::make_unique<Timers>([this] { return loop_->now(); },
                                       [this] { loop_->turn_at(timers_->next()); })),
      session_(std::make_unique<Session>(
          url, options_, *timers_,
          [this](const Attempt& attempt, TransportUser& user) { return dial(attempt, user); })) {
  loop_->on_turn([this] { turn(); });
  if (guest_) {
    thread_id_ = std::this_thread::get_id();
  } else {
    start_thread();
  }
}

/// Signals belong to the program, so none is handled on this thread.
void Engine::start_thread() {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] {
    thread_id_ = std::this_thread::get_id();
    loop_->run();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Engine::~Engine() { stop(); }

std::unique_ptr<Transport> Engine::dial(const Attempt& attempt, TransportUser& user) {
  const net::Dial where{.host = url_.host,
                        .port = url_.port,
                        .secure = url_.secure,
                        .verify = options_.tls.verify,
                        .ca_file = options_.tls.ca_file,
                        .patience = options_.connecting};
  const auto dial = [this, where](net::DialUser& stream_user) {
    return loop_->dial(where, stream_user);
  };
  if (attempt.longpoll) {
    return std::make_unique<LongpollTransport>(url_, attempt, options_, user, dial, *timers_);
  }
  return std::make_unique<WebsocketTransport>(url_, attempt, options_, user, dial, random_bytes);
}

void Engine::post(std::function<void()> call) {
  if (on_own_thread()) {
    if (session_) call();
    return;
  }
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  calls_.push_back(std::move(call));
  if (calls_.size() == 1) loop_->wake();
}

bool Engine::post_bounded(std::size_t bytes, std::function<void()> call) {
  if (!on_own_thread()) {
    const std::lock_guard lock(mutex_);
    const bool full = calls_.size() >= options_.max_waiting_pushes ||
                      call_bytes_ + bytes > options_.max_waiting_bytes;
    if (full) return false;
    call_bytes_ += bytes;
  }
  post(std::move(call));
  return true;
}

std::size_t Engine::waiting_bytes() {
  const std::lock_guard lock(mutex_);
  return stopped_ ? 0 : call_bytes_ + session_->waiting_bytes();
}

void Engine::run_calls() {
  std::vector<std::function<void()>> calls;
  {
    const std::lock_guard lock(mutex_);
    calls.swap(calls_);
    call_bytes_ = 0;
  }
  for (const auto& call : calls) call();
}

/// Nothing may be thrown through libuv's frames; what users throw is caught at each callback.
void Engine::turn() noexcept {
  run_calls();
  timers_->run();
  loop_->turn_at(timers_->next());
}

void Engine::stop() {
  if (guest_) {
    end();
    return;
  }
  check(!on_own_thread(), "a client is not destroyed by its own callbacks");
  if (!thread_.joinable()) return;
  post([this] { end(); });
  thread_.join();
  thread_id_ = std::thread::id();
  session_.reset();
  timers_.reset();
  loop_.reset();
}

/// On the client's thread.
void Engine::end() {
  std::vector<std::function<void()>> dropped;  // what they hold may call post() as it goes
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return;
    dropped.swap(calls_);
  }
  dropped.clear();
  session_->disconnect();
  if (!guest_) return loop_->stop();
  session_.reset();
  timers_.reset();
  loop_.reset();
}

}  // namespace phx::client
