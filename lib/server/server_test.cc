/// A server in somebody else's program: it starts, stops, starts again, and minds its own business.

#include "server/server.h"

#include <dirent.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "base/option_error.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

const std::string last_request = get("/", "Connection: close\r\n");

void serve_page(Endpoint& endpoint) {
  endpoint.get("/", [](const auto&) { return http::Response{200, "hello"}; });
}

std::string page(const Server& server) {
  const TcpClient client(server.port());
  client.write(last_request);
  return client.rest();
}

std::size_t descriptors() {
  std::size_t count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

}  // namespace

PHX_TEST("a server serves between start and stop, and again on the same port") {
  Endpoint endpoint;
  serve_page(endpoint);
  Server server(endpoint, {.port = 0, .shards = 2}, Log::silent());
  const std::uint16_t port = server.port();
  for (int life = 0; life < 3; ++life) {
    server.start();
    expect(page(server).ends_with("hello"), "the page");
    expect(server.stop(), "no handler is left");
    expect_eq(server.port(), port);
    expect_throw<Failure>([&] { TcpClient{port}; });
  }
}

PHX_TEST("a thousand starts and stops leave no descriptor behind") {
  Endpoint endpoint;
  serve_page(endpoint);
  const std::size_t before = descriptors();
  for (int i = 0; i < 1'000; ++i) {
    Server server(endpoint, {.port = 0, .shards = 1}, Log::silent());
    if (i % 2 == 0) server.start();
    if (i % 4 == 0) server.stop();
  }
  expect_eq(descriptors(), before);
}

PHX_TEST("of two servers in one program each minds its own") {
  Endpoint one, another;
  serve_page(one);
  serve_page(another);
  Server first(one, {.port = 0, .shards = 1}, Log::silent());
  Server second(another, {.port = 0, .shards = 1}, Log::silent());
  first.start();
  second.start();
  first.stop();
  expect(page(second).ends_with("hello"), "the other one serves on");
}

PHX_TEST("run waits for a stop from another thread, or for a signal where it is asked for") {
  Endpoint endpoint;
  for (const bool by_signal : {false, true}) {
    Server server(endpoint, {.port = 0, .shards = 1, .signals = by_signal}, Log::silent());
    bool ended = false;
    std::thread runner([&] { ended = server.run(); });
    page(server);  // it runs
    by_signal ? static_cast<void>(::kill(::getpid(), SIGTERM)) : static_cast<void>(server.stop());
    runner.join();
    expect(ended, "run returns");
  }
}

PHX_TEST("a port that is taken is an error that names the option") {
  Endpoint endpoint, another;
  const Server first(another, {.port = 0}, Log::silent());
  const std::string said =
      expect_throw<OptionError>([&] { Server(endpoint, {.port = first.port()}, Log::silent()); });
  expect(said.find("is in use") != std::string::npos, said);
  expect(said.ends_with(": set ServerOptions::port"), said);
}

PHX_TEST("an address of either kind is listened on, and :: takes both") {
  Endpoint endpoint;
  endpoint.get("/", [](const http::Request& request) { return http::Response{200, request.peer}; });
  Server both(endpoint, {.host = "::", .port = 0, .shards = 1}, Log::silent());
  both.start();
  expect(page(both).ends_with("\r\n\r\n127.0.0.1"), "an IPv4 client by its own address");
  expect(both.url().starts_with("http://[::]:"), both.url());
  Endpoint another;
  const std::string said = expect_throw<OptionError>(
      [&] { Server(another, {.host = "nowhere", .port = 0}, Log::silent()); });
  expect(said.ends_with(": set ServerOptions::host"), said);
}
