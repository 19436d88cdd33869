/// Dialing, over the loopback: what opens, what is refused, what never answers.

#include "net/client_loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::net;

namespace {

/// A socket that listens on a free port of the loopback.
class Listening {
 public:
  explicit Listening(int family = AF_INET) : socket_(::socket(family, SOCK_STREAM, 0)) {
    sockaddr_storage any{};
    any.ss_family = static_cast<sa_family_t>(family);
    if (family == AF_INET) {
      reinterpret_cast<sockaddr_in&>(any).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
      reinterpret_cast<sockaddr_in6&>(any).sin6_addr = in6addr_loopback;
    }
    auto* address = reinterpret_cast<sockaddr*>(&any);
    socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    works_ = ::bind(socket_, address, size) == 0 && ::listen(socket_, 8) == 0 &&
             ::getsockname(socket_, address, &size) == 0;
    port_ = ntohs(reinterpret_cast<sockaddr_in&>(any).sin_port);
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  ~Listening() { close(); }

  bool works() const { return works_; }
  std::uint16_t port() const { return port_; }
  int accept() const { return ::accept(socket_, nullptr, nullptr); }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

 private:
  int socket_;
  bool works_ = false;
  std::uint16_t port_ = 0;
};

/// Keeps what comes, and stops the loop at each event.
struct User final : DialUser {
  explicit User(ClientLoop& l) : loop(l) {}
  void opened() override {
    is_open = true;
    loop.stop();
  }
  void received(std::string_view bytes) override {
    came += bytes;
    loop.stop();
  }
  void writable() override { loop.stop(); }
  void closed() override {
    is_closed = true;
    loop.stop();
  }
  ClientLoop& loop;
  bool is_open = false;
  bool is_closed = false;
  std::string came;
};

}  // namespace

PHX_TEST("a stream opens, and carries bytes both ways") {
  const Listening listening;
  ClientLoop loop;
  User user(loop);
  const auto stream = loop.dial({.host = "localhost", .port = listening.port()}, user);
  loop.run();
  expect(user.is_open, "open: " + stream->failure());
  expect_eq(stream->peer().address, "127.0.0.1");
  const int far = listening.accept();
  expect_eq(stream->write("hello"), 5u);
  std::string got(5, '\0');
  expect_eq(::recv(far, got.data(), got.size(), MSG_WAITALL), 5);
  expect_eq(got, "hello");
  expect_eq(::send(far, "world", 5, 0), 5);
  while (user.came.size() < 5) loop.run();
  expect_eq(user.came, "world");
  ::close(far);
  while (!user.is_closed) loop.run();
  expect_eq(stream->failure(), "");
}

PHX_TEST("IPv6 is dialed as IPv4 is") {
  const Listening listening(AF_INET6);
  if (!listening.works()) return;  // a machine without IPv6
  ClientLoop loop;
  User user(loop);
  const auto stream = loop.dial({.host = "::1", .port = listening.port()}, user);
  loop.run();
  expect(user.is_open, "open: " + stream->failure());
}

PHX_TEST("a port that nobody listens on is reported with its reason") {  // C-17
  Listening listening;
  const std::uint16_t port = listening.port();
  listening.close();
  ClientLoop loop;
  User user(loop);
  const auto stream = loop.dial({.host = "127.0.0.1", .port = port}, user);
  loop.run();
  expect(user.is_closed && !user.is_open, "it never opened");
  expect(stream->failure().ends_with("Connection refused"), stream->failure());
}

PHX_TEST("a name that does not exist is reported, and the loop is free again") {
  ClientLoop loop;
  User user(loop);
  const auto stream = loop.dial({.host = "no such host.invalid", .port = 1}, user);
  loop.run();
  expect(user.is_closed, "closed");
  expect(stream->failure().starts_with("looking up no such host.invalid: "), stream->failure());
}

PHX_TEST("a stream may be destroyed while its name is looked up, and while it is connecting") {
  const Listening listening;
  ClientLoop loop;
  User user(loop);
  loop.dial({.host = "localhost", .port = listening.port()}, user).reset();
  auto stream = loop.dial({.host = "127.0.0.1", .port = listening.port()}, user);
  stream.reset();
  expect(!user.is_open && !user.is_closed, "nothing is reported for it");
}

PHX_TEST("a server that never answers TLS is given up when patience is over") {
  const Listening listening;
  ClientLoop loop;
  User user(loop);
  const auto stream = loop.dial(
      {.host = "127.0.0.1", .port = listening.port(), .secure = true, .patience = Millis{50}},
      user);
  loop.run();
  expect(user.is_closed && !user.is_open, "it never opened");
  expect(stream->failure().ends_with("no answer in time"), stream->failure());
}

PHX_TEST("a CA file that can't be read is reported") {
  const Listening listening;
  ClientLoop loop;
  User user(loop);
  const auto stream = loop.dial({.host = "127.0.0.1",
                                 .port = listening.port(),
                                 .secure = true,
                                 .ca_file = "/nonexistent/ca.pem"},
                                user);
  loop.run();
  expect(user.is_closed, "closed");
  expect(stream->failure().find("/nonexistent/ca.pem") != std::string::npos, stream->failure());
}

PHX_TEST("what the socket does not take waits for room, and nothing is lost or sent twice") {
  const Listening listening;
  ClientLoop loop;
  User user(loop);
  const auto stream = loop.dial({.host = "127.0.0.1", .port = listening.port()}, user);
  loop.run();
  const int far = listening.accept();
  std::string all;
  for (int i = 0; i < 2'000'000; ++i) all += static_cast<char>('a' + i % 23);
  std::size_t sent = stream->write(all);
  std::string got;
  std::string piece(1 << 20, '\0');
  while (got.size() < all.size()) {
    const ssize_t size = ::recv(far, piece.data(), piece.size(), 0);
    expect(size > 0, "bytes come");
    got.append(piece.data(), static_cast<std::size_t>(size));
    if (sent < all.size() && got.size() == sent) loop.run();  // until there is room
    if (sent < all.size()) sent += stream->write(std::string_view(all).substr(sent));
  }
  expect(got == all, "every byte, once");
  ::close(far);
}
