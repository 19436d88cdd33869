/// Coroutines over a client and a server of ours: what each co_await gives, and what becomes of one
/// that still waits when its client ends.

#include "client/await.h"

#include "client/client.h"
#include "testing/callers_loop.h"
#include "testing/case.h"
#include "testing/client_server.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// A variable of a coroutine: counts those that live.
struct Living {
  explicit Living(std::atomic<int>& all) : count(all) { ++count; }
  Living(const Living&) = delete;
  Living& operator=(const Living&) = delete;
  ~Living() { --count; }
  std::atomic<int>& count;
};

Task asks(Topic room, Heard& heard) {
  const Answer joined = co_await room.join();
  heard.add("joined " + joined.status);
  Push push = room.push("echo", {{"n", 1}});
  const Answer yes = co_await push;
  heard.add(yes.status + " " + std::string(yes.response.view()));
  push = room.push("no", {{"why", "full"}});
  const Answer no = co_await push;
  heard.add(no.status + " " + std::string(no.response.view()));
  const Answer late = co_await room.push("silence", {}, Millis{20});
  heard.add(late.status);
  const Answer left = co_await room.leave();
  heard.add("left " + left.status);
  const Answer after = co_await room.push("echo");
  heard.add(after.status + " " + after.response["reason"].string_or(""));
}

Task waits(Topic room, std::atomic<int>& living, Heard& heard) {
  const Living here(living);
  heard.add("joined " + (co_await room.join()).status);
  const Push kept = room.push("silence");
  co_await kept;
  heard.add("went on");
}

}  // namespace

PHX_TEST("a coroutine gets ok, error and timeout as answers, in the order it asks") {
  const Running running;
  Heard heard;
  phx::Client client(running.url());
  client.connect();
  asks(client.topic("room:a"), heard);
  heard.wait_for("error the topic is closed");
  expect_eq(heard.lines(), Lines{"joined ok", R"(ok {"n":1})", R"(error {"why":"full"})", "timeout",
                                 "left ok", "error the topic is closed"});
}

PHX_TEST("a coroutine on the caller's loop") {
  const Running running;
  CallersLoop loop;
  Heard heard;
  {
    phx::Client client(running.url(), {}, loop.get());
    client.connect();
    Topic room = client.topic("room:a");
    asks(room, heard);
    room.on_close([&](const Payload&) { loop.stop(); });
    loop.run_until_stopped();
  }
  expect(loop.close(), "the client has left the loop");
  expect_eq(heard.lines().at(4), "left ok");
}

PHX_TEST("a coroutine that waits when its client ends is destroyed, wherever it waits") {
  const Running running;
  std::atomic<int> living = 0;
  Heard heard;
  for (int i = 0; i < 20; ++i) {  // before the join is sent, answered, or after
    phx::Client client(running.url());
    client.connect();
    waits(client.topic("room:a"), living, heard);
    if (i % 2 == 1) heard.wait_for("joined ok", i / 2 + 1);
  }
  expect_eq(living.load(), 0);
  Heard away;
  {
    phx::Client client(running.url());  // never connects
    waits(client.topic("room:a"), living, away);
    expect_eq(living.load(), 1);
  }
  expect_eq(living.load(), 0);
  expect_eq(away.lines(), Lines{});
}

PHX_TEST("a coroutine that awaits a topic of a client that has ended is destroyed at once") {
  std::atomic<int> living = 0;
  Heard heard;
  std::optional<Topic> room;
  {
    phx::Client client("ws://127.0.0.1:1/socket");
    room = client.topic("room:a");
  }
  waits(*room, living, heard);
  expect_eq(living.load(), 0);
  expect_eq(heard.lines(), Lines{});
}

PHX_TEST("a push that outlives its topic still ends its coroutine") {
  const Running running;
  std::atomic<int> living = 0;
  Heard heard;
  {
    phx::Client client(running.url());
    client.connect();
    Topic room = client.topic("room:a");
    waits(room, living, heard);
    heard.wait_for("joined ok");
    listen(room.leave(), heard, "leave");
    heard.wait_for("leave ok {}");
    expect_eq(living.load(), 1);
  }
  expect_eq(living.load(), 0);
  expect_eq(heard.lines().back(), "leave ok {}");
}

PHX_TEST("a join that is left before its answer is answered with error") {
  Heard heard;
  phx::Client client("ws://127.0.0.1:1/socket");
  for (const bool joins_first : {true, false}) {
    Topic room = client.topic("room:a");
    if (joins_first) asks(room, heard);
    room.leave();
    if (!joins_first) asks(room, heard);
    heard.wait_for("joined error");
    heard.wait_for("left ok");
    heard.clear();
  }
}

PHX_TEST("a hundred thousand answers that are there already do not fill the stack") {
  Heard heard;
  phx::Client client("ws://127.0.0.1:1/socket");
  Topic room = client.topic("room:a");
  room.leave();
  [](Topic closed, Heard& to) -> Task {
    int refused = 0;
    for (int i = 0; i < 100'000; ++i) refused += (co_await closed.push("echo")).ok() ? 0 : 1;
    to.add(std::to_string(refused));
  }(room, heard);
  heard.wait_for("100000");
}

PHX_TEST("what a coroutine throws goes to on_error; before its first co_await, to its caller") {
  const Running running;
  std::atomic<int> living = 0;
  Heard heard;
  phx::Client client(running.url());
  client.on_error([&](const std::string& error) { heard.add(error); });
  client.connect();
  const auto throws = [](Topic room, bool early, std::atomic<int>& all) -> Task {
    const Living here(all);
    if (early) throw std::runtime_error("early");
    co_await room.join();
    throw std::runtime_error("late");
  };
  expect_throw<std::runtime_error>([&] { throws(client.topic("room:a"), true, living); });
  throws(client.topic("room:a"), false, living);
  heard.wait_for("a callback threw: late");
  expect_eq(living.load(), 0);
}
