/// The admin port: health, readiness, and pages that a program adds.

#include <thread>

#include "metrics/metrics.h"
#include "server/server.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

std::uint16_t port_of(const std::string& url) {
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

std::string asked(const Server& server, const std::string& path) {
  const TcpClient client(port_of(server.admin_url()));
  client.write(get(path, "Connection: close\r\n"));
  return client.rest();
}

bool is(const std::string& answer, int status, const std::string& body) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status)) && answer.ends_with(body);
}

ServerOptions with_admin(std::size_t max_connections = 100) {
  ServerOptions options{.port = 0, .shards = 1, .max_connections = max_connections};
  options.admin = AdminOptions{};
  return options;
}

}  // namespace

PHX_TEST("an admin port or address that can't be used is named as the admin's, not the server's") {
  const Endpoint endpoint, another;
  const Server taken(another, {.port = 0, .shards = 1}, Log::silent());
  ServerOptions options = with_admin();
  options.admin->port = taken.port();
  const auto refused = [&] {
    return expect_throw<OptionError>([&] { Server(endpoint, options, Log::silent()); });
  };
  expect(refused().ends_with(": set AdminOptions::port"), refused());
  options.admin->host = "nowhere";
  expect(refused().ends_with("got \"nowhere\": set AdminOptions::host"), refused());
}

PHX_TEST("the admin port reports health and readiness, and serves no page of clients") {
  Endpoint endpoint;
  endpoint.get("/", [](const auto&) { return http::Response{200, "hello"}; });
  Server server(endpoint, with_admin(), Log::silent());
  server.start();
  expect(server.admin_url().starts_with("http://127.0.0.1:"), server.admin_url());
  expect(is(asked(server, "/health"), 200, "alive\n"), asked(server, "/health"));
  expect(is(asked(server, "/ready"), 200, "ready\n"), asked(server, "/ready"));
  expect(is(asked(server, "/"), 404, "Not Found\n"), asked(server, "/"));
  const TcpClient outside(server.port());
  outside.write(get("/health", "Connection: close\r\n"));
  expect(outside.rest().starts_with("HTTP/1.1 404"), "not on the port of clients");
}

PHX_TEST("metrics may be served only on the admin port") {
  Endpoint endpoint;
  const Metrics metrics(endpoint, "");
  ServerOptions options = with_admin();
  options.admin->pages["/metrics"] = metrics.page();
  Server server(endpoint, options, Log::silent());
  server.start();
  expect(asked(server, "/metrics").find("phoenix_connections_refused_total 0") != std::string::npos,
         "the page");
  const TcpClient outside(server.port());
  outside.write(get("/metrics", "Connection: close\r\n"));
  expect(outside.rest().starts_with("HTTP/1.1 404"), "not on the port of clients");
}

PHX_TEST("a full server is alive but not ready, and its admin port still answers") {
  Endpoint endpoint;
  Server server(endpoint, with_admin(1), Log::silent());
  server.start();
  {
    const TcpClient only(server.port());
    only.write(get("/"));
    only.read(1);
    const std::string answer = asked(server, "/ready");
    expect(is(answer, 503, "connection limit reached\n"), answer);
    expect(is(asked(server, "/health"), 200, "alive\n"), "alive");
  }
  while (!is(asked(server, "/ready"), 200, "ready\n")) std::this_thread::yield();
}

PHX_TEST("a stop closes the admin port, and a start opens the same one again") {
  Endpoint endpoint;
  Server server(endpoint, with_admin(), Log::silent());
  for (int life = 0; life < 2; ++life) {
    server.start();
    expect(is(asked(server, "/health"), 200, "alive\n"), "alive");
    server.stop();
    expect_throw<Failure>([&] { TcpClient{port_of(server.admin_url())}; });
  }
}
