/// \file
/// The floor server: epoll, one thread, one read and one write for each connection that is ready.
#include "conformance/load/floor/server.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace phx::floor {
namespace {

constexpr std::size_t scratch_size = 262'144;
constexpr int batch = 256;
constexpr int backlog = 4'096;
constexpr std::size_t largest_head = 16'384;
// A client that reads this slowly is dropped: the floor has a limit too.
constexpr std::size_t largest_out = 64'000'000;
// Memory for a large message is released; memory for small ones is kept.
constexpr std::size_t kept_out = 16'384;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

}  // namespace

class Server::Connection final : public Member {
 public:
  explicit Connection(int descriptor) : fd(descriptor) {}

  ssize_t receive(char* to, std::size_t size) {
    return tls ? tls->receive(to, size) : recv(fd, to, size, 0);
  }
  ssize_t write(std::string_view bytes) {
    return tls ? tls->send(bytes.data(), bytes.size())
               : send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  int fd;
  std::unique_ptr<bench::TlsLine> tls;
  bool open = false;  // upgraded
  bool dirty = false;
  bool waiting = false;  // for EPOLLOUT
  bool closing = false;  // hang up once all is written
  bool dropped = false;
  std::string in;  // the part of an incomplete frame
};

Server::Server(const std::string& host, std::uint16_t port, bench::TlsContext tls)
    : tls_(std::move(tls)),
      channels_([this](Member& member) {
        auto& connection = static_cast<Connection&>(member);
        if (!connection.dirty) dirty_.push_back(&connection);
        connection.dirty = true;
      }),
      scratch_(scratch_size) {
  epoll_ = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  stopper_ = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  listen_on(host, port);
}

Server::~Server() {
  for (const auto& each : connections_)
    if (each) close(each->fd);
  for (const int fd : {epoll_, listener_, stopper_}) close(fd);
}

void Server::listen_on(const std::string& host, std::uint16_t port) {
  listener_ = checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    throw std::system_error(EINVAL, std::generic_category(),
                            "expected an IPv4 address, got " + host);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  checked(bind(listener_, any, size), "bind");
  checked(listen(listener_, backlog), "listen");
  checked(getsockname(listener_, any, &size), "getsockname");
  port_ = ntohs(address.sin_port);
}

// A null pointer is the listener, a pointer to the server's own list the stopper.
void Server::watch(int fd, std::uint32_t events, Connection* connection, int how) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = connection;
  checked(epoll_ctl(epoll_, how, fd, &event), "epoll_ctl");
}

void Server::run() {
  auto* const stopped = reinterpret_cast<Connection*>(this);
  watch(listener_, EPOLLIN, nullptr, EPOLL_CTL_ADD);
  watch(stopper_, EPOLLIN, stopped, EPOLL_CTL_ADD);
  std::array<epoll_event, batch> events{};
  while (true) {
    const int count = epoll_wait(epoll_, events.data(), batch, -1);
    if (count < 0 && errno != EINTR) checked(count, "epoll_wait");
    for (int i = 0; i < count; ++i) {
      auto* connection = static_cast<Connection*>(events[i].data.ptr);
      if (connection == stopped) return;
      if (connection == nullptr) {
        accept_all();
      } else {
        ready(*connection, events[i].events);
      }
    }
    end_turn();
  }
}

void Server::stop() noexcept {
  const std::uint64_t one = 1;
  // The counter is far from full, so this can't fail; and a signal handler could not report it.
  [[maybe_unused]] const auto written = write(stopper_, &one, sizeof one);
}

void Server::accept_all() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;  // no connection is left, or no descriptor: then this is called again
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto place = static_cast<std::size_t>(fd);
    if (connections_.size() <= place) connections_.resize(place + 1);
    connections_[place] = std::make_unique<Connection>(fd);
    if (tls_) connections_[place]->tls = std::make_unique<bench::TlsLine>(tls_.get(), fd);
    watch(fd, EPOLLIN, connections_[place].get(), EPOLL_CTL_ADD);
  }
}

void Server::ready(Connection& connection, std::uint32_t events) {
  if (!connection.dropped && (events & EPOLLOUT) != 0) flush(connection);
  if (!connection.dropped && (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)
    read(connection);
}

void Server::read(Connection& connection) {
  bool more = true;
  while (more && !connection.dropped) {
    const auto got = connection.receive(scratch_.data(), scratch_.size());
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return drop(connection);
    take(connection, static_cast<std::size_t>(got));
    more = connection.tls && connection.tls->has_more();
  }
}

void Server::take(Connection& connection, std::size_t size) {
  // A connection keeps no buffer of its own while it is silent: it writes into the spare one.
  if (connection.out.empty()) connection.out.swap(spare_);
  consume(connection, scratch_.data(), size);
  if (!connection.dropped) flush(connection);
  if (connection.out.empty() && connection.out.capacity() > spare_.capacity())
    connection.out.swap(spare_);
}

void Server::consume(Connection& connection, char* at, std::size_t size) {
  auto& in = connection.in;
  if (in.empty()) {
    const auto done = handle(connection, at, size);
    in.append(at + done, size - done);
  } else {
    in.append(at, size);
    in.erase(0, handle(connection, in.data(), in.size()));
    if (in.empty()) std::string{}.swap(in);
  }
}

std::size_t Server::handle(Connection& connection, char* at, std::size_t size) {
  std::size_t done = 0;
  if (!connection.open) {
    done = upgraded(connection, {at, size});
    if (done == 0) return 0;
  }
  while (!connection.dropped && !connection.closing) {
    Frame frame;
    switch (next_frame(at + done, size - done, frame)) {
      case Read::more: return done;
      case Read::broken: drop(connection); return done;
      case Read::frame: break;
    }
    done += frame.size;
    switch (frame.opcode) {
      case Opcode::text:
        if (!channels_.handle(connection, frame.payload)) drop(connection);
        break;
      case Opcode::ping: append_frame(connection.out, Opcode::pong, frame.payload); break;
      case Opcode::pong: break;
      case Opcode::close:
        append_frame(connection.out, Opcode::close, frame.payload.substr(0, 2));
        channels_.leave_all(connection);
        connection.closing = true;
        break;
    }
  }
  return size;
}

std::size_t Server::upgraded(Connection& connection, std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (bytes.size() > largest_head) drop(connection);
    return 0;
  }
  auto answer = upgrade(bytes.substr(0, end));
  connection.out.append(answer.response);
  connection.open = true;
  connection.closing = !answer.accepted;
  return end + 4;
}

void Server::flush(Connection& connection) {
  auto& out = connection.out;
  std::size_t done = 0;
  while (done < out.size()) {
    const auto sent = connection.write(std::string_view{out}.substr(done));
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) return drop(connection);
    done += static_cast<std::size_t>(sent);
  }
  if (done == out.size()) {
    out.clear();
  } else {
    out.erase(0, done);
  }
  if (out.size() > largest_out || (connection.closing && out.empty())) return drop(connection);
  if (connection.waiting == !out.empty()) return;
  connection.waiting = !out.empty();
  watch(connection.fd, connection.waiting ? EPOLLIN | EPOLLOUT : EPOLLIN, &connection,
        EPOLL_CTL_MOD);
}

void Server::drop(Connection& connection) {
  if (connection.dropped) return;
  connection.dropped = true;
  channels_.leave_all(connection);
  dropped_.push_back(&connection);
}

void Server::end_turn() {
  for (auto* connection : dirty_) {
    connection->dirty = false;
    if (connection->dropped) continue;
    flush(*connection);
    auto& out = connection->out;
    if (out.empty() && out.capacity() > kept_out) std::string{}.swap(out);
  }
  dirty_.clear();
  for (auto* connection : dropped_) {
    const auto fd = connection->fd;
    close(fd);  // which takes it out of epoll, too
    connections_[static_cast<std::size_t>(fd)].reset();
  }
  dropped_.clear();
}

}  // namespace phx::floor
