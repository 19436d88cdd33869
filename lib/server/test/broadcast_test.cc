/// Broadcasts from outside: from the program's own threads, and from the endpoint's child
/// processes.

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "channel/channel.h"
#include "endpoint/endpoint.h"
#include "server/server.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

struct Room final : Channel {
  explicit Room(const Endpoint& endpoint) : endpoint_(endpoint) {}
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "others") {
      endpoint_.broadcast_from(socket.channel(), socket.topic(), "said", std::move(payload));
    } else {
      endpoint_.broadcast(socket.topic(), "said", std::move(payload));
    }
    return Reply::ok();
  }

 private:
  const Endpoint& endpoint_;
};

struct Users final : UserSocket {
  explicit Users(const Endpoint& endpoint) {
    channel("room:*", [&endpoint] { return std::make_unique<Room>(endpoint); });
  }
  std::optional<std::string> id(const Socket&) const override { return "users:ann"; }
};

const std::string upgrade =
    get("/socket/websocket?vsn=2.0.0",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");

/// A client that has joined room:a over a websocket. Each frame is short, so its head has two
/// bytes.
class Member {
 public:
  explicit Member(std::uint16_t port) : tcp_(port) {
    tcp_.write(upgrade);
    while (ahead_.find("\r\n\r\n") == std::string::npos) ahead_ += tcp_.read(1'000);
    ahead_.erase(0, ahead_.find("\r\n\r\n") + 4);
    send(R"(["1","1","room:a","phx_join",{}])");
    next();
  }

  void send(const std::string& text) { tcp_.write(frame(text)); }
  /// The next frame's payload.
  std::string next() {
    while (ahead_.size() < 2 || ahead_.size() < 2 + size()) ahead_ += tcp_.read(10'000);
    std::string payload = ahead_.substr(2, size());
    ahead_.erase(0, 2 + payload.size());
    return payload;
  }

 private:
  std::size_t size() const { return static_cast<unsigned char>(ahead_[1]); }
  TcpClient tcp_;
  std::string ahead_;
};

/// A server of two shards, and its log.
struct Running {
  explicit Running(Endpoint& endpoint)
      : server((endpoint.socket({"/socket", std::make_shared<Users>(endpoint)}), endpoint),
               {.port = 0, .shards = 2}, Log::to(Level::warn, [this](Level, const std::string& l) {
                 const std::lock_guard lock(mutex);
                 lines += l + "\n";
               })) {
    server.start();
  }
  std::mutex mutex;
  std::string lines;
  Server server;
};

std::string said(int number) {
  return R"([null,null,"room:a","said",{"n":)" + std::to_string(number) + "}]";
}

//! [clock]
/// Broadcasts how often it has ticked, from a timer.
class ClockProcess final : public process::Process {
 public:
  explicit ClockProcess(const Context& context) : context_(context) {}

 protected:
  void init() override { scheduler().send_after(Millis{1}, self(), "tick"); }
  void handle(process::Message message) override {
    if (!message.holds<std::string>()) return;
    context_.broadcast("room:a", "said", {{"n", ++ticks_}});
    if (ticks_ == 1) context_.log().warn("the clock ticks");
    scheduler().send_after(Millis{1}, self(), "tick");
  }

 private:
  const Context context_;
  int ticks_ = 0;
};
//! [clock]

}  // namespace

PHX_TEST("a broadcast from any thread reaches the members on every shard, in order") {
  Endpoint endpoint;
  const Running running(endpoint);
  Member here(running.server.port()), there(running.server.port());  // one on each shard
  std::thread outside([&] {
    for (int i = 0; i < 100; ++i) {
      expect(i % 2 == 0 ? endpoint.broadcast("room:a", "said", {{"n", i}})
                        : endpoint.local_broadcast("room:a", "said", {{"n", i}}),
             "a server runs");
    }
  });
  outside.join();
  for (int i = 0; i < 100; ++i) {
    expect_eq(here.next(), said(i));
    expect_eq(there.next(), said(i));
  }
}

PHX_TEST("a channel broadcasts through the endpoint, to all or to all but itself") {
  Endpoint endpoint;
  const Running running(endpoint);
  Member ann(running.server.port()), bob(running.server.port());
  const std::string replied = R"(["1","2","room:a","phx_reply",{"response":{},"status":"ok"}])";
  ann.send(R"(["1","2","room:a","all",{"n":1}])");
  expect_eq(ann.next(), said(1));
  expect_eq(ann.next(), replied);
  expect_eq(bob.next(), said(1));
  ann.send(R"(["1","2","room:a","others",{"n":2}])");
  expect_eq(ann.next(), replied);
  expect_eq(bob.next(), said(2));
}

PHX_TEST("disconnect ends the connections of one id, with 1001") {
  Endpoint endpoint;
  const Running running(endpoint);
  Member ann(running.server.port());
  expect(endpoint.disconnect("users:bob"), "a server runs");
  expect(endpoint.disconnect("users:ann"), "a server runs");
  expect_eq(ann.next(), std::string("\x03\xe9"));
}

PHX_TEST("a broadcast with no server running returns false") {
  Endpoint endpoint;
  expect(!endpoint.broadcast("room:a", "said", {{"n", 1}}), "before the start");
  {
    Running running(endpoint);
    expect(endpoint.broadcast("room:a", "said", {{"n", 2}}), "while it runs");
    running.server.stop();
    expect(!endpoint.broadcast("room:a", "said", {{"n", 3}}), "once it has stopped");
    running.server.start();
    Member ann(running.server.port());
    expect(endpoint.broadcast_from({}, "room:a", "said", {{"n", 4}}), "and again");
    expect_eq(ann.next(), said(4));
  }
  expect(!endpoint.disconnect("users:ann"), "after its destruction");
}

PHX_TEST("a payload that can't be encoded throws on a server's thread, and is logged on another") {
  Endpoint endpoint;
  std::atomic<bool> thrown = false;
  endpoint.get("/say", [&](const auto&) {
    try {
      endpoint.broadcast("room:a", "said", Payload(Json(1)));
    } catch (const serializer::EncodeError&) {
      thrown = true;
    }
    return http::Response{200, "done"};
  });
  Running running(endpoint);
  Member here(running.server.port()), there(running.server.port());
  {
    const TcpClient page(running.server.port());
    page.write(get("/say", "Connection: close\r\n"));
    page.rest();
  }
  expect(thrown, "the page gets the error");
  expect(endpoint.broadcast("room:a", "said", Payload(Json(1))), "a server runs");
  endpoint.broadcast("room:a", "said",
                     {{"n", 2}});  // both members are still joined, and receive it
  expect_eq(here.next(), said(2));
  expect_eq(there.next(), said(2));
  running.server.stop();
  expect(running.lines.find("a task from another thread failed") != std::string::npos,
         running.lines);
}

PHX_TEST("threads broadcast while a server starts and stops") {
  Endpoint endpoint;
  Running running(endpoint);
  std::atomic<bool> over = false;
  std::atomic<int> heard = 0, unheard = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!over) {
        ++(endpoint.broadcast("room:a", "said", {{"n", 1}}) ? heard : unheard);
        endpoint.disconnect("users:bob");
        std::this_thread::yield();
      }
    });
  }
  for (int life = 0; life < 20; ++life) {
    {
      Member ann(running.server.port());
      expect_eq(ann.next(), said(1));
    }
    running.server.stop();
    const int until = unheard + 1;
    while (unheard < until) std::this_thread::yield();
    running.server.start();
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  expect(heard > 0, "some arrived");
}

PHX_TEST("an endpoint's child broadcasts from a timer, and writes to the log") {
  Endpoint endpoint;
  endpoint.child(
      {"clock", [](const Context& context) { return std::make_unique<ClockProcess>(context); }});
  Running running(endpoint);
  Member here(running.server.port()), there(running.server.port());
  for (Member* member : {&here, &there}) {
    const std::string first = member->next(), second = member->next();
    const auto n = [](const std::string& text) {
      return Json::parse(text)[std::size_t{4}]["n"].integer_or(0);
    };
    expect_eq(n(second), n(first) + 1);  // one clock ticks, not one a shard
  }
  running.server.stop();
  expect(running.lines.find("the clock ticks") != std::string::npos, running.lines);
}

PHX_TEST("the server has one child, or one on each shard if configured") {
  Endpoint endpoint;
  std::atomic<int> alone = 0, each = 0;
  const auto counting = [](std::atomic<int>& count) {
    return [&count](const Context& context) {
      ++count;
      return std::make_unique<ClockProcess>(context);
    };
  };
  endpoint.child({"alone", counting(alone)});
  endpoint.child({.id = "each", .start = counting(each), .on_each_shard = true});
  Running running(endpoint);
  running.server.stop();
  expect_eq(alone.load(), 1);
  expect_eq(each.load(), 2);
}
