/// A connection on a RedisLoop to a Redis that is broken, or hostile: what it sends is bounded.

#include "net/redis_loop.h"

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "redis/connection.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

constexpr std::size_t limit = 1'000'000;

/// Logs one client in, and then sends it anything; the rest is dropped if the client hangs up.
class FakeRedis {
 public:
  explicit FakeRedis(std::string said) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    expect(::bind(listener_, any, size) == 0 && ::listen(listener_, 1) == 0 &&
               ::getsockname(listener_, any, &size) == 0,
           "a port is free");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, text = std::move(said)] { serve("+PONG\r\n" + text); });
  }
  FakeRedis(const FakeRedis&) = delete;
  FakeRedis& operator=(const FakeRedis&) = delete;
  ~FakeRedis() {
    thread_.join();
    ::close(listener_);
  }
  std::uint16_t port() const { return port_; }

 private:
  void serve(const std::string& text) const {
    const int client = ::accept(listener_, nullptr, nullptr);
    char ping[64];
    if (::recv(client, ping, sizeof ping, 0) > 0) {
      std::size_t sent = 0;
      while (sent < text.size()) {
        const ssize_t more = ::send(client, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (more <= 0) break;
        sent += static_cast<std::size_t>(more);
      }
      while (::recv(client, ping, sizeof ping, 0) > 0) {
      }
    }
    ::close(client);
  }

  const int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// Listens until its connection ends, or until it has that many messages.
struct Listener final : redis::Connection::Host {
  Listener(const FakeRedis& server, std::size_t messages)
      : enough(messages), connection(loop, *this, {"127.0.0.1", server.port()}, options()) {
    connection.listen([this](const redisReply* reply) {
      sizes.push_back(redis::text_of(reply->element[2]).size());
      if (sizes.size() == enough) loop.stop();
    });
    loop.run();
  }
  static redis::Options options() {
    redis::Options options;
    options.max_reply_bytes = limit;
    return options;
  }
  void connected() override {}
  void closed(const std::string& reason) override {
    why = reason;
    loop.stop();
  }

  const std::size_t enough;
  std::vector<std::size_t> sizes;
  std::string why;
  net::RedisLoop loop;
  redis::Connection connection;
};

/// Why a connection ends to a Redis that says this.
std::string end_after(std::string said) {
  const FakeRedis server(std::move(said));
  return Listener(server, 0).why;
}

void expect_in(const std::string& text, const char* part) {
  expect(text.find(part) != std::string::npos, text);
}

constexpr const char* too_large = "a message of more than 1000000 bytes";

}  // namespace

PHX_TEST("messages up to the limit arrive, however many") {
  const std::string text(limit - 1'000, 'x');
  const std::string message =
      "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
  const FakeRedis server(message + message + message);
  const Listener listener(server, 3);
  expect_eq(listener.why, std::string());
  expect_eq(listener.sizes, std::vector<std::size_t>(3, text.size()));
}

PHX_TEST("a text that is announced to be too long ends the connection before it comes") {
  expect_in(end_after("$1000001\r\n"), too_large);
  expect_in(end_after("$9000000000\r\nxxx"), too_large);
  expect_in(end_after("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4000000000\r\n"), too_large);
}

PHX_TEST("a message that grows without an announcement ends the connection at the limit") {
  const std::string text(2 * limit, 'x');
  expect_in(end_after("+" + text), too_large);  // a line without an end
  std::string list = "*1000\r\n";
  for (int i = 0; i < 1'000; ++i) list += "$2000\r\n" + text.substr(0, 2'000) + "\r\n";
  expect_in(end_after(list), too_large);
}

PHX_TEST("a long list ends the connection before memory is taken for it") {
  expect_in(end_after("*2147483647\r\n"), "a list that is too long");
  expect_in(end_after("*3\r\n*2000000\r\n"), "a list that is too long");
}
