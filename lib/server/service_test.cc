/// Sockets that are passed in, and messages to systemd.

#include "server/service.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>

#include "server/server.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// A listening socket on a free port, as a predecessor would pass it on.
struct Listening {
  Listening() : socket(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    expect(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bound");
    expect(::listen(socket, 8) == 0, "it listens");
    socklen_t size = sizeof address;
    getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  const int socket;
  std::uint16_t port = 0;
};

/// Sets an environment variable while it lives.
struct Variable {
  Variable(const char* its_name, const std::string& value) : name(its_name) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { ::unsetenv(name); }
  const char* const name;
};

/// systemd's socket: a datagram for each message.
class Manager {
 public:
  Manager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "phx-test-" + std::to_string(::getpid());
    name.copy(address.sun_path + 1, name.size());  // an abstract one: no file
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    expect_eq(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    variable_.emplace("NOTIFY_SOCKET", "@" + name);
  }
  ~Manager() { ::close(socket_); }
  /// The next message; empty if none has come.
  std::string heard() const {
    char text[256];
    const ssize_t size = ::recv(socket_, text, sizeof text, 0);
    return size < 0 ? "" : std::string(text, static_cast<std::size_t>(size));
  }

 private:
  const int socket_;
  std::optional<Variable> variable_;
};

std::string page(std::uint16_t port) {
  const TcpClient client(port);
  client.write(get("/", "Connection: close\r\n"));
  return client.rest();
}

}  // namespace

PHX_TEST(
    "a socket that was passed in is served instead of binding its port, and its variable is "
    "removed") {
  const Listening passed;
  const Variable variable("PHX_SOCKETS", std::to_string(passed.socket) + ",0,999,x");
  Endpoint endpoint;
  endpoint.get("/", [](const auto&) { return http::Response{200, "hello"}; });
  Server server(endpoint, {.port = passed.port, .shards = 1, .service = true}, Log::silent());
  expect_eq(server.port(), passed.port);
  expect(std::getenv("PHX_SOCKETS") == nullptr, "it is only for this process");
  server.start();
  expect(page(passed.port).ends_with("hello"), "the page");
}

PHX_TEST("port 0 takes the sockets that were passed in, in order; another port is bound") {
  const Listening one;
  const Listening two;
  const Variable variable("PHX_SOCKETS",
                          std::to_string(one.socket) + "," + std::to_string(two.socket));
  server::Service service;
  expect(!service.take_socket(1), "a port that was not passed in");
  expect_eq(service.take_socket(two.port).value_or(-1), two.socket);
  expect_eq(service.take_socket(0).value_or(-1), one.socket);
  expect(!service.take_socket(0), "no more");
  ::close(one.socket);
  ::close(two.socket);
}

PHX_TEST("systemd gets READY, RELOADING, READY and STOPPING, each in time") {
  const Manager manager;
  Endpoint endpoint;
  Server server(endpoint, {.port = 0, .shards = 1, .service = true}, Log::silent());
  expect_eq(manager.heard(), std::string());
  server.start();
  expect_eq(manager.heard(), std::string("READY=1"));
  server.reload();
  expect(manager.heard().starts_with("RELOADING=1\nMONOTONIC_USEC="), "reloading");
  expect_eq(manager.heard(), std::string("READY=1"));
  server.stop();
  expect_eq(manager.heard(), std::string("STOPPING=1"));
}

PHX_TEST("the watchdog is notified while all shards' loops run, and not while one is stuck") {
  const Manager manager;
  const Variable limit("WATCHDOG_USEC", "40000");
  Endpoint endpoint;
  std::atomic<bool> stuck = false;
  std::atomic<bool> held = false;
  endpoint.get("/", [&](const auto&) {
    held = true;
    while (stuck) ::usleep(1'000);
    return http::Response{200, "hello"};
  });
  Server server(endpoint, {.port = 0, .shards = 2, .service = true}, Log::silent());
  server.start();
  const auto fed = [&] {
    for (;;) {
      const std::string word = manager.heard();
      if (word == "WATCHDOG=1") return;
      if (word.empty()) ::usleep(1'000);
    }
  };
  fed();
  stuck = true;
  const TcpClient first(server.port());
  first.write(get("/"));
  while (!held) ::usleep(1'000);
  // Messages from before the shard stopped, and one round that it had already answered.
  ::usleep(100'000);
  while (!manager.heard().empty()) {
  }
  ::usleep(100'000);
  expect_eq(manager.heard(), std::string());
  stuck = false;
  fed();
}

PHX_TEST("a server without the option takes no socket and sends nothing") {
  const Manager manager;
  Endpoint endpoint;
  Server server(endpoint, {.port = 0, .shards = 1}, Log::silent());
  server.start();
  server.stop();
  expect_eq(manager.heard(), std::string());
}

PHX_TEST(
    "connections to a socket that was passed in are accepted and wait here, not in the kernel") {
  const Listening passed;
  const Variable variable("PHX_SOCKETS", std::to_string(passed.socket));
  Endpoint endpoint;
  const Server server(endpoint, {.port = passed.port, .shards = 1, .service = true}, Log::silent());
  int unsent = 0;
  socklen_t size = sizeof unsent;
  getsockopt(passed.socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, &size);
  expect_eq(unsent, 131'072);
}
