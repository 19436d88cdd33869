/// Accepts a limited number per round, and pauses while no descriptors are left.

#include "net/listener.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "base/option_error.h"
#include "net/handles.h"
#include "net/timer.h"

namespace phx::net {
namespace {

/// An address of either family, and how many of its bytes count.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;

  sockaddr* any() { return reinterpret_cast<sockaddr*>(&storage); }
  sockaddr_in& v4() { return reinterpret_cast<sockaddr_in&>(storage); }
  sockaddr_in6& v6() { return reinterpret_cast<sockaddr_in6&>(storage); }
  bool is_v6() const { return storage.ss_family == AF_INET6; }
};

/// The option for the address beside that for the port: AdminOptions::host for AdminOptions::port.
std::string host_option(const std::string& port_option) {
  return port_option.substr(0, port_option.rfind(':') + 1) + "host";
}

Address address_of(const std::string& host, std::uint16_t port, const std::string& option) {
  Address address;
  const std::string numeric = host == "localhost" ? "127.0.0.1" : host;
  if (inet_pton(AF_INET, numeric.c_str(), &address.v4().sin_addr) == 1) {
    address.v4().sin_family = AF_INET;
    address.v4().sin_port = htons(port);
    address.size = sizeof(sockaddr_in);
    return address;
  }
  address = {};
  if (inet_pton(AF_INET6, numeric.c_str(), &address.v6().sin6_addr) == 1) {
    address.v6().sin6_family = AF_INET6;
    address.v6().sin6_port = htons(port);
    address.size = sizeof(sockaddr_in6);
    return address;
  }
  throw OptionError(host_option(option),
                    fmt::format("expected an address of this machine, such as 127.0.0.1, 0.0.0.0, "
                                "::1 or ::, got \"{}\"",
                                host));
}

/// An IPv4 address as inet_ntop writes it, which would call sprintf: a tenth of the instructions.
std::string dotted(const std::uint8_t* bytes) {
  char text[INET_ADDRSTRLEN];
  char* end = text;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, text + sizeof text, bytes[i]).ptr;
  }
  return {text, end};
}

/// An IPv4 client of a socket for both families is named by its IPv4 address.
std::string ip_of(Address& address) {
  if (!address.is_v6()) {
    return dotted(reinterpret_cast<const std::uint8_t*>(&address.v4().sin_addr));
  }
  const in6_addr& ip = address.v6().sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&ip)) return dotted(ip.s6_addr + 12);
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(AF_INET6, &ip, text, sizeof text);
  return text;
}

Peer peer_of(Address& address) {
  const in_port_t port = address.is_v6() ? address.v6().sin6_port : address.v4().sin_port;
  return {.address = ip_of(address), .port = ntohs(port)};
}

}  // namespace

struct Listener::Watch {
  Watch(Loop& loop, std::function<void()> resume) : pause(loop, std::move(resume)) {}
  UvHandle<uv_poll_t> accepting;
  Timer pause;

  void listen() { uv_poll_start(accepting.get(), UV_READABLE, UvHandle<uv_poll_t>::call_poll); }
};

Listener::Listener(std::string host, std::uint16_t port, const std::string& option, const Log& log,
                   Accept accept)
    : host_(std::move(host)), log_(log), accept_(std::move(accept)) {
  bind(port, option);
}

Listener::Listener(int socket, const Log& log, Accept accept)
    : log_(log), accept_(std::move(accept)), socket_(socket) {
  set_up_clients();
  read_port();
}

Listener::~Listener() { stop(); }

void Listener::stop() {
  watch_.reset();
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void Listener::bind(std::uint16_t port, const std::string& option) {
  Address address = address_of(host_, port, option);
  socket_ = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  const int off = 0;
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  set_up_clients();
  if (address.is_v6()) setsockopt(socket_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(socket_, address.any(), address.size) != 0 || ::listen(socket_, SOMAXCONN) != 0) {
    const int error = errno;
    ::close(socket_);
    throw OptionError(
        error == EADDRNOTAVAIL ? host_option(option) : option,
        error == EADDRINUSE
            ? fmt::format("port {} of {} is in use: stop the program that has it, or pick another "
                          "(0 takes a free one)",
                          port, host_)
            : fmt::format("could not listen on port {} of {}: {}", port, host_,
                          std::strerror(error)));
  }
  read_port();
}

/// Inherited by all accepted sockets. For a client that does not read, the kernel would buffer
/// megabytes, each a copy; bytes that wait here may be shared.
void Listener::set_up_clients() const {
  const int on = 1;
  const int unsent_in_kernel = 131'072;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket_, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_in_kernel, sizeof unsent_in_kernel);
}

void Listener::read_port() {
  Address bound;
  getsockname(socket_, bound.any(), &bound.size);
  port_ = ntohs(bound.is_v6() ? bound.v6().sin6_port : bound.v4().sin_port);
}

void Listener::start(Loop& loop) {
  watch_ = std::make_unique<Watch>(loop, [this] { watch_->listen(); });
  uv_loop_t* uv = &loop.handles().uv;
  watch_->accepting.open(
      [&](uv_poll_t* handle) { return uv_poll_init_socket(uv, handle, socket_); },
      [this] { accept_all(); });
  watch_->listen();
}

void Listener::accept_all() {
  constexpr int a_round = 256;  // then the connections get their turn
  for (int i = 0; i < a_round && accept_one(); ++i) {
  }
}

bool Listener::accept_one() {
  Address client;
  const int socket = ::accept4(socket_, client.any(), &client.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) {
    const int error = errno;
    if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) pause();
    if (error == EAGAIN) all_accepted();
    return error == EINTR || error == ECONNABORTED;
  }
  accept_(socket, peer_of(client));
  return true;
}

/// Without descriptors an accept fails again and again, so the listener waits until some may be
/// free. The log says so once, and not again until every waiting connection has been accepted.
void Listener::pause() {
  constexpr Millis a_moment{100};
  if (!std::exchange(starving_, true)) {
    log_.warn("no descriptors are left: new connections wait for some; raise `ulimit -n`");
  }
  uv_poll_stop(watch_->accepting.get());
  watch_->pause.start(a_moment);
}

void Listener::all_accepted() {
  if (std::exchange(starving_, false)) log_.info("no connection waits for descriptors now");
}

}  // namespace phx::net
