/// A Redis client's timers, tasks and sockets, on a machine's agenda.

#include "conformance/simulation/machine/redis_loop.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/check.h"

namespace phx::simulation {
namespace {

RedisLoop* running_loop = nullptr;
int next_socket = 2'000'000;  // no descriptor of this process, and no wire

Agenda& agenda() { return Machine::here().agenda; }

}  // namespace

/// One connection to Redis as a kernel keeps it.
class RedisLoop::Socket final : public net::DialUser {
 public:
  Socket(RedisLoop& loop, const net::Dial& dial)
      : stream_(Machine::here().network.dial(loop.host_, loop.access_, dial, *this)) {}

  void opened() override {
    open_ = true;
    changed();
  }
  void received(std::string_view bytes) override {
    in_ += bytes;
    changed();
  }
  void writable() override {
    full_ = false;
    changed();
  }
  void closed() override {
    ended_ = true;
    changed();
  }

  std::optional<std::string> read() {
    if (in_.empty() && ended_) return {};
    return std::exchange(in_, {});
  }
  std::optional<std::size_t> write(std::string_view bytes) {
    if (ended_) return {};
    const std::size_t taken = stream_->write(bytes);
    full_ = taken < bytes.size();
    return taken;
  }
  int error() const { return ended_ && !open_ ? ECONNREFUSED : 0; }
  bool readable() const { return !in_.empty() || ended_; }
  bool writes() const { return (open_ && !full_) || ended_; }

  std::function<void()> changed = [] {};
  bool watched = false;

 private:
  std::string in_;
  bool open_ = false;
  bool ended_ = false;
  bool full_ = false;
  const std::unique_ptr<net::DialedStream> stream_;  // last: it may call at once
};

/// Level-triggered, as uv_poll_t.
class RedisLoop::Watcher final : public redis::Loop::Watch {
 public:
  Watcher(RedisLoop& loop, Socket& socket, std::function<void(bool, bool)> ready)
      : loop_(loop), socket_(socket), ready_(std::move(ready)) {
    socket_.changed = [this] { plan(); };
    socket_.watched = true;
  }
  ~Watcher() override {
    socket_.changed = [] {};
    socket_.watched = false;
    agenda().cancel(next_);
  }
  void want(bool to_read, bool to_write) override {
    read_ = to_read;
    write_ = to_write;
    plan();
  }

 private:
  void plan() {
    const bool something = (read_ && socket_.readable()) || (write_ && socket_.writes());
    if (next_ || !something) return;
    next_ = agenda().after(Machine::here().takes(loop_.host_, Micros{1}, Micros{100}), loop_.host_,
                           "a socket is ready", [this] {
                             next_.reset();
                             const auto ready = ready_;  // it may end the watch
                             const bool reads = read_ && socket_.readable();
                             const bool writes = write_ && socket_.writes();
                             plan_after(ready, reads, writes);
                           });
  }
  void plan_after(const std::function<void(bool, bool)>& ready, bool reads, bool writes) {
    const std::weak_ptr<int> alive = alive_;
    if (reads || writes) loop_.run([&] { ready(reads, writes); });
    if (!alive.expired()) plan();
  }

  RedisLoop& loop_;
  Socket& socket_;
  const std::function<void(bool, bool)> ready_;
  bool read_ = false;
  bool write_ = false;
  std::optional<Agenda::Entry> next_;
  const std::shared_ptr<int> alive_ = std::make_shared<int>();
};

class RedisLoop::OneTimer final : public redis::Loop::Timer {
 public:
  OneTimer(RedisLoop& loop, std::function<void()> expired)
      : loop_(loop), expired_(std::move(expired)) {}
  ~OneTimer() override { stop(); }
  void start(Millis wait) override {
    stop();
    due_ = agenda().after(wait, loop_.host_, "timer", [this] {
      due_.reset();
      const auto expired = expired_;  // it may destroy the timer
      loop_.run(expired);
    });
  }
  void stop() override { agenda().cancel(due_); }

 private:
  RedisLoop& loop_;
  const std::function<void()> expired_;
  std::optional<Agenda::Entry> due_;
};

RedisLoop::RedisLoop(Host& host, const Access& access) : host_(host), access_(access) {}
RedisLoop::~RedisLoop() { agenda().cancel(next_tasks_); }

void RedisLoop::run(const std::function<void()>& what) {
  RedisLoop* const before = std::exchange(running_loop, this);
  what();
  running_loop = before;
}

RedisLoop& RedisLoop::running() {
  check(running_loop != nullptr, "hiredis runs on a loop");
  return *running_loop;
}

std::unique_ptr<redis::Loop::Watch> RedisLoop::watch(int socket,
                                                     std::function<void(bool, bool)> ready) {
  return std::make_unique<Watcher>(*this, *sockets_.at(socket), std::move(ready));
}

std::unique_ptr<redis::Loop::Timer> RedisLoop::timer(std::function<void()> expired) {
  return std::make_unique<OneTimer>(*this, std::move(expired));
}

void RedisLoop::post(std::function<void()> task) {
  tasks_.push_back(std::move(task));
  if (next_tasks_) return;
  next_tasks_ = agenda().after(Machine::here().takes(host_, Micros{1}, Micros{200}), host_, "tasks",
                               [this] { run_tasks(); });
}

void RedisLoop::run_tasks() {
  next_tasks_.reset();
  for (const auto& task : std::exchange(tasks_, {})) run(task);
}

int RedisLoop::dial(const std::string& name, int port) {
  const int number = ++next_socket;
  const net::Dial dial{.host = name, .port = static_cast<std::uint16_t>(port)};
  sockets_.emplace(number, std::make_unique<Socket>(*this, dial));
  return number;
}

std::optional<std::string> RedisLoop::read(int socket) { return sockets_.at(socket)->read(); }
std::optional<std::size_t> RedisLoop::write(int socket, std::string_view bytes) {
  return sockets_.at(socket)->write(bytes);
}
int RedisLoop::error(int socket) const { return sockets_.at(socket)->error(); }
void RedisLoop::close(int socket) {
  check(!sockets_.at(socket)->watched, "a socket that is closed is not watched any more");
  sockets_.erase(socket);
}

}  // namespace phx::simulation
