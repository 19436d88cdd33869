/// Accepts a bounded number a turn, and waits where there are no descriptors left.

#include "server/listener.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace phx::server {
namespace {

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const std::string numeric = host == "localhost" ? "127.0.0.1" : host;
  if (inet_pton(AF_INET, numeric.c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error(fmt::format(
        "expected the host to be an IPv4 address of this machine, such as 127.0.0.1 or 0.0.0.0, "
        "got \"{}\": set --host or HOST",
        host));
  }
  return address;
}

}  // namespace

Listener::Listener(std::string host, std::uint16_t port, const std::string& setting, const Log& log,
                   Accept accept)
    : host_(std::move(host)), log_(log), accept_(std::move(accept)) {
  bind(port, setting);
}

Listener::~Listener() { stop(); }

void Listener::stop() {
  accepting_.close();
  pause_.close();
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void Listener::bind(std::uint16_t port, const std::string& setting) {
  const sockaddr_in address = address_of(host_, port);
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // inherited by all it accepts
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket_, SOMAXCONN) != 0) {
    const int error = errno;
    ::close(socket_);
    throw std::runtime_error(
        error == EADDRINUSE
            ? fmt::format("port {} of {} is in use: stop who has it, or set {} to another (0 takes "
                          "a free one)",
                          port, host_, setting)
            : fmt::format("could not listen on {}:{}: {}; set --host, and {}", host_, port,
                          std::strerror(error), setting));
  }
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  getsockname(socket_, reinterpret_cast<sockaddr*>(&bound), &size);
  port_ = ntohs(bound.sin_port);
}

void Listener::start(uv_loop_t* loop) {
  const auto listen = [this] {
    uv_poll_start(accepting_.get(), UV_READABLE, UvHandle<uv_poll_t>::call_poll);
  };
  accepting_.open([&](uv_poll_t* handle) { return uv_poll_init_socket(loop, handle, socket_); },
                  [this] { accept_all(); });
  pause_.open([&](uv_timer_t* handle) { return uv_timer_init(loop, handle); }, listen);
  listen();
}

void Listener::accept_all() {
  constexpr int a_turn = 256;  // then those who are connected have theirs
  for (int i = 0; i < a_turn && accept_one(); ++i) {
  }
}

bool Listener::accept_one() {
  sockaddr_in client{};
  socklen_t size = sizeof client;
  const int socket =
      ::accept4(socket_, reinterpret_cast<sockaddr*>(&client), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) {
    const int error = errno;
    if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) pause();
    if (error == EAGAIN) all_accepted();
    return error == EINTR || error == ECONNABORTED;
  }
  char address[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &client.sin_addr, address, sizeof address);
  accept_(socket, {.address = address, .port = ntohs(client.sin_port)});
  return true;
}

/// Without descriptors an accept fails again and again: wait until some may be free. It is said
/// once, and not again before nobody waited any more.
void Listener::pause() {
  constexpr std::uint64_t while_ms = 100;
  if (!std::exchange(starving_, true)) {
    log_.warn("no descriptors are left: new connections wait until some are; raise `ulimit -n`");
  }
  uv_poll_stop(accepting_.get());
  uv_timer_start(pause_.get(), UvHandle<uv_timer_t>::call, while_ms, 0);
}

void Listener::all_accepted() {
  if (std::exchange(starving_, false)) log_.info("no connection waits for a descriptor any more");
}

}  // namespace phx::server
