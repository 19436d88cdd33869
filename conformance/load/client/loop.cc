/// \file
/// Waits on epoll for the load client's connections and wakes them.
#include "conformance/load/client/loop.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "conformance/load/client/error.h"

namespace phx::bench {
namespace {

constexpr std::size_t scratch_size = 262'144;
constexpr int batch = 256;

/// epoll_pwait2 takes nanoseconds: epoll_wait's milliseconds are too coarse for an open loop.
int wait_for(int epoll, epoll_event* events, Instant until) {
  const auto left = std::max(until - Clock::now(), Clock::duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(left - seconds);
  const timespec timeout{static_cast<time_t>(seconds.count()), static_cast<long>(rest.count())};
  return epoll_pwait2(epoll, events, batch, &timeout, nullptr);
}

void control(int epoll, int what, int fd, Watcher* watcher, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = watcher;
  if (epoll_ctl(epoll, what, fd, &event) != 0)
    throw Failure(fmt::format("epoll_ctl: {}", std::strerror(errno)));
}

}  // namespace

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), scratch_(scratch_size) {
  if (epoll_ < 0) throw Failure(fmt::format("epoll_create1: {}", std::strerror(errno)));
  // The kernel may round a wake-up by 50 µs; an open loop would see that as the server's latency.
  prctl(PR_SET_TIMERSLACK, 1UL);
}

Loop::~Loop() { close(epoll_); }

void Loop::watch(int fd, Watcher& watcher, std::uint32_t events) {
  control(epoll_, EPOLL_CTL_ADD, fd, &watcher, events);
}

void Loop::rewatch(int fd, Watcher& watcher, std::uint32_t events) {
  control(epoll_, EPOLL_CTL_MOD, fd, &watcher, events);
}

void Loop::unwatch(int fd) { epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

void Loop::turn(Instant until) {
  std::array<epoll_event, batch> events;
  const int count = wait_for(epoll_, events.data(), until);
  if (count < 0 && errno != EINTR) throw Failure(fmt::format("epoll: {}", std::strerror(errno)));
  for (int i = 0; i < count; ++i)
    static_cast<Watcher*>(events[i].data.ptr)->ready(events[i].events);
}

void Loop::run(const std::function<bool()>& done, Millis patience,
               const std::function<std::string()>& complaint) {
  const auto deadline = Clock::now() + patience;
  while (!done()) {
    if (Clock::now() >= deadline) throw Failure(complaint());
    turn(std::min(deadline, Clock::now() + Millis{100}));
  }
}

void Loop::pause(Millis time) {
  const auto end = Clock::now() + time;
  while (Clock::now() < end) turn(end);
}

}  // namespace phx::bench
