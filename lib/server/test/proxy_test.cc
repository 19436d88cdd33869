/// A server behind proxies: the client that limits, pages and the access log see.

#include <algorithm>
#include <mutex>

#include "base/option_error.h"
#include "server/server.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

class AnyoneSocket final : public UserSocket {};

/// A server that trusts 127.0.0.1 as a proxy, shows each request's peer, and keeps an access log.
class Running {
 public:
  explicit Running(ServerOptions options = {})
      : server_((fill(endpoint_), endpoint_), with(std::move(options)), Log::silent()) {
    server_.start();
  }

  std::string seen(const std::string& before, const std::string& headers = {}) const {
    const TcpClient client(server_.port());
    client.write(before + get("/peer", headers + "Connection: close\r\n"));
    const std::string answer = client.rest();
    const std::size_t body = answer.find("\r\n\r\n");
    return body == std::string::npos ? "" : answer.substr(body + 4);
  }
  std::uint16_t port() const { return server_.port(); }
  void stop() { server_.stop(); }
  std::vector<std::string> accesses() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  static void fill(Endpoint& endpoint) {
    endpoint.get("/peer", [](const http::Request& request) {
      return http::Response{200, request.peer + " " + std::to_string(request.peer_port)};
    });
    endpoint.socket({"/socket", std::make_shared<AnyoneSocket>()});
  }
  ServerOptions with(ServerOptions options) {
    options.port = 0;
    options.shards = 1;
    options.trusted_proxies = {"127.0.0.1"};
    options.access_log = Log::to(Level::info, [this](Level, const std::string& line) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(line.substr(0, line.rfind(" us=")));
    });
    return options;
  }

  std::mutex mutex_;
  std::vector<std::string> lines_;
  Endpoint endpoint_;
  Server server_;
};

const std::string v1 = "PROXY TCP4 203.0.113.7 192.0.2.1 49152 443\r\n";
const std::string v2(
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0C\xCB\x00\x71\x07\xC0\x00\x02\x01\xC0\x00\x01\xBB", 28);

std::string handshake(const std::string& client) {
  return get("/socket/websocket?vsn=2.0.0",
             "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Forwarded-For: " +
                 client + "\r\n");
}

}  // namespace

PHX_TEST("a PROXY header of either version names the client, even in pieces") {
  const Running server({.proxy_protocol = true});
  expect_eq(server.seen(v1), std::string("203.0.113.7 49152"));
  expect_eq(server.seen(v2), std::string("203.0.113.7 49152"));
  for (const std::string& header : {v1, v2}) {
    const TcpClient slow(server.port());
    for (const char byte : header) slow.write(std::string(1, byte));
    slow.write(get("/peer", "Connection: close\r\n"));
    expect(slow.rest().ends_with("203.0.113.7 49152"), "byte by byte");
  }
}

PHX_TEST(
    "a proxy's own check has the proxy as peer, and its connection without a header is closed") {
  const Running server({.proxy_protocol = true});
  expect(server.seen("PROXY UNKNOWN\r\n").starts_with("127.0.0.1 "), "UNKNOWN");
  expect_eq(server.seen(""), std::string());
  expect_eq(server.seen("PROXY TCP4 nobody\r\n"), std::string());
}

PHX_TEST("X-Forwarded-For of a trusted proxy is the peer, request by request") {
  const Running server;
  expect_eq(server.seen("", "X-Forwarded-For: 6.6.6.6, 203.0.113.7\r\n"),
            std::string("203.0.113.7 0"));
  expect(server.seen("").starts_with("127.0.0.1 "), "without the header");
  const TcpClient kept(server.port());
  for (const char* client : {"203.0.113.7", "203.0.113.8"}) {
    kept.write(get("/peer", std::string("X-Forwarded-For: ") + client + "\r\n"));
    std::string answer;
    while (answer.find(client) == std::string::npos) answer += kept.read(1'000);
  }
}

PHX_TEST("an address's limit counts clients behind a proxy, not the proxy") {
  Running server({.max_connections_per_address = 1});
  const TcpClient one(server.port());
  one.write(handshake("203.0.113.7"));
  expect(one.read(12).starts_with("HTTP/1.1 101"), "the first of an address");
  const TcpClient two(server.port());
  two.write(handshake("203.0.113.7"));
  expect(two.rest().starts_with("HTTP/1.1 503"), "its second");
  const TcpClient other(server.port());
  other.write(handshake("203.0.113.8"));
  expect(other.read(12).starts_with("HTTP/1.1 101"), "another's first, from the same proxy");
}

PHX_TEST(
    "the access log has a line for each request, even an invalid one, and one at a websocket's "
    "end") {
  Running server;
  server.seen("", "X-Forwarded-For: 203.0.113.7\r\n");
  {
    const TcpClient broken(server.port());
    broken.write("no request\r\n\r\n");
    broken.rest();
    const TcpClient websocket(server.port());
    websocket.write(handshake("203.0.113.9"));
    websocket.read(12);
  }
  server.stop();
  const auto lines = server.accesses();
  const auto has = [&](const std::string& start) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.starts_with(start); });
  };
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  expect(has("GET peer=203.0.113.7 path=/peer status=200 bytes="), all);
  expect(has("- peer=127.0.0.1 path=- status=400 bytes="), all);
  expect(has("GET peer=203.0.113.9 path=/socket/websocket status=101 bytes="), all);
  expect(all.find("vsn=") == std::string::npos, "no query: " + all);
  expect_eq(lines.size(), std::size_t{3});
}

PHX_TEST("PROXY protocol without a trusted proxy is refused, with what to set") {
  Endpoint endpoint;
  const std::string said = expect_throw<OptionError>(
      [&] { Server(endpoint, {.port = 0, .proxy_protocol = true}, Log::silent()); });
  expect(said.find("set ServerOptions::trusted_proxies") != std::string::npos, said);
}

PHX_TEST("half a PROXY header before the connection's end is refused at once, without spinning") {
  std::string lines;
  Endpoint endpoint;
  Server server(endpoint,
                {.port = 0, .shards = 1, .trusted_proxies = {"127.0.0.1"}, .proxy_protocol = true},
                Log::to(Level::warn, [&](Level, const std::string& line) { lines += line; }));
  server.start();
  const TcpClient client(server.port());
  client.write("PROX");
  client.finish();
  expect_eq(client.rest(), std::string());
  server.stop();
  expect(lines.find("half a header") != std::string::npos, lines);
}
