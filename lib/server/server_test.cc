/// A server inside a program: it starts, stops, starts again, and affects nothing else.

#include "server/server.h"

#include <dirent.h>
#include <malloc.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "base/option_error.h"
#include "testing/case.h"
#include "testing/echo_room.h"
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

std::size_t entries(const char* path) {
  std::size_t count = 0;
  DIR* folder = opendir(path);
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}
std::size_t descriptors() { return entries("/proc/self/fd"); }
std::size_t threads() { return entries("/proc/self/task"); }
/// Bytes that the program has allocated. 0 under sanitizers, where LeakSanitizer checks instead.
std::size_t allocated() { return mallinfo2().uordblks; }

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

PHX_TEST("a running server can't be started again, and a stopped one may be stopped") {
  Endpoint endpoint;
  serve_page(endpoint);
  Server server(endpoint, {.port = 0, .shards = 1}, Log::silent());
  expect(server.stop(), "before it has started");
  server.start();
  const std::string said = expect_throw<std::logic_error>([&] { server.start(); });
  expect(said.find("stop it first") != std::string::npos, said);
  expect(page(server).ends_with("hello"), "it serves on");
  expect(server.stop() && server.stop(), "twice");
  server.start();
  expect(page(server).ends_with("hello"), "and it may start again");
}

PHX_TEST("an endpoint changes before its server starts and after it has stopped, not meanwhile") {
  Endpoint endpoint;
  const auto page = [](const auto&) { return http::Response{200, "hello"}; };
  const auto mount = [&] { endpoint.socket({"/late", std::make_shared<EchoSocket>()}); };
  Server server(endpoint, {.port = 0, .shards = 1}, Log::silent());
  server.start();
  expect_eq(expect_throw<std::logic_error>(mount),
            std::string("expected an endpoint without a running server, got one that serves: call "
                        "Endpoint::socket before Server::start"));
  expect_throw<std::logic_error>([&] { endpoint.get("/late", page); });
  expect_throw<std::logic_error>([&] {
    endpoint.child({"late", [](const auto&) { return std::unique_ptr<process::Process>(); }});
  });
  server.stop();
  mount();
  endpoint.get("/late", page);
}

PHX_TEST("a thousand starts and stops of a server leave no descriptor, thread or memory behind") {
  Endpoint endpoint;
  serve_page(endpoint);
  Server server(endpoint, {.port = 0, .shards = 2}, Log::silent());
  const auto live = [&](int times) {
    for (int i = 0; i < times; ++i) {
      server.start();
      if (i % 50 == 0) page(server);
      server.stop();
    }
  };
  live(300);  // objects that are made once, or a few times, exist now
  const std::size_t open = descriptors(), running = threads(), held = allocated();
  live(700);
  expect_eq(descriptors(), open);
  expect_eq(threads(), running);
  const std::size_t grown = allocated() - std::min(held, allocated());
  expect(grown < 100'000, std::to_string(grown) + " few bytes");
}

PHX_TEST("a thousand servers leave no descriptor or thread behind") {
  Endpoint endpoint;
  serve_page(endpoint);
  const std::size_t before = descriptors(), running = threads();
  for (int i = 0; i < 1'000; ++i) {
    Server server(endpoint, {.port = 0, .shards = 1}, Log::silent());
    if (i % 2 == 0) server.start();
    if (i % 4 == 0) server.stop();
  }
  expect_eq(descriptors(), before);
  expect_eq(threads(), running);
}

PHX_TEST("two servers in one program start and stop in turn, each while the other serves") {
  Endpoint one, another;
  serve_page(one);
  serve_page(another);
  Server first(one, {.port = 0, .shards = 2}, Log::silent());
  Server second(another, {.port = 0, .shards = 2}, Log::silent());
  second.start();
  for (int i = 0; i < 50; ++i) {
    Server& next = i % 2 == 0 ? first : second;
    Server& other = i % 2 == 0 ? second : first;
    next.start();
    expect(page(next).ends_with("hello"), "the page of one that has started");
    expect(other.stop(), "no handler is left");
    expect(page(next).ends_with("hello"), "and again, when the other has gone");
  }
}

PHX_TEST("two servers in one program do not affect each other") {
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

PHX_TEST("run() waits for a stop from another thread, or for a signal if configured") {
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

PHX_TEST("an endpoint that has a server is an error that says what to do") {
  const Endpoint endpoint;
  const Server server(endpoint, {.port = 0}, Log::silent());
  const std::string said =
      expect_throw<std::logic_error>([&] { Server(endpoint, {.port = 0}, Log::silent()); });
  expect(said.ends_with(": make an endpoint for each"), said);
}

PHX_TEST("a port that is taken is an error that names the option") {
  Endpoint endpoint, another;
  const Server first(another, {.port = 0}, Log::silent());
  const std::string said =
      expect_throw<OptionError>([&] { Server(endpoint, {.port = first.port()}, Log::silent()); });
  expect(said.find("is in use") != std::string::npos, said);
  expect(said.ends_with(": set ServerOptions::port"), said);
}

PHX_TEST("a server whose port was taken while it was stopped stays stopped, and may start later") {
  Endpoint endpoint, another;
  serve_page(endpoint);
  Server server(endpoint, {.port = 0, .shards = 1}, Log::silent());
  const std::uint16_t port = server.port();
  server.start();
  server.stop();
  {
    const Server thief(another, {.port = port}, Log::silent());
    const std::string said = expect_throw<OptionError>([&] { server.start(); });
    expect(said.ends_with(": set ServerOptions::port"), said);
    expect(server.stop(), "it is stopped");
    server.reload();
    expect_eq(server.port(), port);
  }
  server.start();
  expect(page(server).ends_with("hello"), "the page, on the same port");
}

PHX_TEST("a server listens on an address of either family, and :: takes both") {
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

PHX_TEST("a server that starts again has the same plain port beside its TLS port") {
  const Certificate shown;
  Endpoint endpoint;
  Server server(endpoint,
                {.port = 0,
                 .shards = 1,
                 .tls = TlsOptions{shown.cert(), shown.key()},
                 .http_port = std::uint16_t{0}},
                Log::silent());
  const auto urls = server.urls();
  server.start();
  server.stop();
  server.start();
  expect(server.urls() == urls, server.urls().back() + " was " + urls.back());
}

namespace {

/// Its handler runs until it is released, and its end must come after that.
struct Tenacious final : Channel {
  struct Story {
    std::promise<void> entered, leave;
    std::atomic<bool> running = false;
    std::atomic<bool> torn_away = false;
  };
  explicit Tenacious(Story& its_story) : story(its_story) {}
  ~Tenacious() override {
    if (story.running) story.torn_away = true;
  }
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  bool blocking(std::string_view event, const Payload&) const override { return event == "block"; }
  Result handle_in(std::string_view, Payload, Socket& socket) override {
    story.running = true;
    story.entered.set_value();
    story.leave.get_future().wait();
    socket.broadcast("late", Payload());
    story.running = false;
    return NoReply{};
  }
  Story& story;
};
struct TenaciousSocket final : UserSocket {
  explicit TenaciousSocket(Tenacious::Story& story) {
    channel("room:*", [&story] { return std::make_unique<Tenacious>(story); });
  }
};

}  // namespace

PHX_TEST("a server's destruction waits for a handler that outlived its stop, and for its channel") {
  Tenacious::Story story;
  Endpoint endpoint;
  endpoint.socket({"/socket", std::make_shared<TenaciousSocket>(story)});
  std::optional<Server> server;
  server.emplace(endpoint, ServerOptions{.port = 0, .shards = 1, .farewell = Millis{10}},
                 Log::silent());
  server->start();
  const TcpClient client(server->port());
  client.write(get("/socket/websocket?vsn=2.0.0",
                   "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") +
               frame(R"(["1","1","room:1","phx_join",{}])") +
               frame(R"(["1","2","room:1","block",{}])"));
  story.entered.get_future().wait();
  expect(!server->stop(), "the handler still runs");
  std::thread lets_go([&story] {
    for (int i = 0; i < 100 && !story.torn_away; ++i) std::this_thread::sleep_for(Millis{1});
    story.leave.set_value();
  });
  server.reset();
  lets_go.join();
  expect(!story.running && !story.torn_away, "it ended first");
}

PHX_TEST("a draining server reopens its log file on SIGHUP, and drains on") {
  Endpoint endpoint;
  endpoint.get("/large", [](const auto&) {
    return http::Response{200, std::string(50'000'000, 'x')};  // more than a kernel takes
  });
  std::mutex mutex;
  std::string lines;
  Server server(endpoint, {.port = 0, .shards = 1, .farewell = Millis{60'000}, .signals = true},
                Log::to(Level::info, [&](Level, const std::string& line) {
                  const std::lock_guard lock(mutex);
                  lines += line;
                }));
  const auto logged = [&](const char* text) {
    const std::lock_guard lock(mutex);
    return lines.find(text) != std::string::npos;
  };
  server.start();
  auto client = std::make_unique<TcpClient>(server.port(), 4'096);
  client->write(get("/large"));
  expect_eq(client->read(1), std::string("H"));
  ::kill(::getpid(), SIGTERM);
  while (!logged("stopping")) std::this_thread::yield();
  expect_throw<Failure>([&] {
    for (;;) page(server);  // until the port is closed
  });
  ::kill(::getpid(), SIGHUP);
  while (!logged("reloaded")) std::this_thread::yield();
  client.reset();
  expect(server.stop(), "it ends");
}
