/// \file
/// One TCP connection on the loop: bytes out, bytes in, an end.
#include "conformance/load/soak/tcp.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace phx::soak {

Tcp::Tcp(bench::Loop& loop, const bench::Target& target, Callbacks callbacks)
    : loop_(loop), callbacks_(std::move(callbacks)), fd_(bench::start_connecting(target)) {
  loop_.watch(fd_, *this, EPOLLIN | EPOLLOUT);
}

Tcp::~Tcp() {
  if (!open()) return;
  loop_.unwatch(fd_);
  close(fd_);
}

void Tcp::send(std::string_view bytes) {
  if (!open()) return;
  out_ += bytes;
  if (connected_) flush();
}

void Tcp::reset() {
  if (!open()) return;
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  loop_.unwatch(fd_);
  close(fd_);
  fd_ = -1;
}

void Tcp::pause(bool paused) {
  if (!open() || paused == paused_) return;
  paused_ = paused;
  watch_again();
}

void Tcp::watch_again() {
  const std::uint32_t in = paused_ ? 0U : std::uint32_t{EPOLLIN};
  const std::uint32_t out = out_.empty() && connected_ ? 0U : std::uint32_t{EPOLLOUT};
  loop_.rewatch(fd_, *this, in | out);
}

void Tcp::ready(std::uint32_t events) {
  if (!open()) return;
  if (!connected_) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return end(std::string("connecting failed: ") + std::strerror(error));
    connected_ = true;
  }
  if ((events & EPOLLOUT) != 0) flush();
  if (open() && (events & ~std::uint32_t{EPOLLOUT}) != 0) read();
}

void Tcp::flush() {
  std::size_t done = 0;
  while (done < out_.size()) {
    const auto sent = ::send(fd_, out_.data() + done, out_.size() - done, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN) break;
      return end(std::strerror(errno));
    }
    done += static_cast<std::size_t>(sent);
  }
  out_.erase(0, done);
  watch_again();
}

void Tcp::read() {
  auto& scratch = loop_.scratch();
  const auto got = recv(fd_, scratch.data(), scratch.size(), 0);
  if (got < 0) return errno == EAGAIN ? void() : end(std::strerror(errno));
  if (got == 0) return end("end of stream");
  arrived_ = bench::Clock::now();
  in_.append(scratch.data(), static_cast<std::size_t>(got));
  in_.erase(0, callbacks_.bytes(in_));
}

void Tcp::end(const std::string& why) {
  loop_.unwatch(fd_);
  close(fd_);
  fd_ = -1;
  callbacks_.ended(why);
}

}  // namespace phx::soak
