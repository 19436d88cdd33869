/// The log's lines and levels, and what they never show.

#include "endpoint/logger.h"

#include "channel/events.h"
#include "endpoint/endpoint.h"
#include "endpoint/request_id.h"
#include "socket/events.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

struct Quiet : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view, Payload, Socket&) override { return NoReply{}; }
  Level log_join() const override { return Level::off; }
  Level log_handle_in() const override { return Level::off; }
};
struct Room : Quiet {
  Level log_join() const override { return Level::info; }
  Level log_handle_in() const override { return Level::debug; }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "push") socket.push("pushed", std::move(payload));
    return NoReply{};
  }
};
struct Users : UserSocket {
  Users() {
    channel<Room>("room:*");
    channel<Room>("phoenix:*");
    channel<Quiet>("quiet:*");
  }
};

struct Fixture {
  std::vector<std::string> lines;
  TestShard shard;
  Users users;
  FakeClient client{shard, users, "2.0.0", "user:1"};
  std::optional<Logger> logger;

  explicit Fixture(Level least, const ParameterFilter& filter = {}) {
    logger.emplace(shard.telemetry,
                   Log::to(least, [this](Level, const std::string& line) { keep(line); }), filter);
  }
  /// Without the fields that differ from run to run.
  void keep(std::string line) {
    if (const auto at = line.find(" us="); at != std::string::npos) {
      line.erase(at, line.find(' ', at + 1) - at);
    }
    lines.push_back(std::move(line));
  }
  void join(const std::string& topic) {
    client.send(R"(["1","1",")" + topic + R"(","phx_join",{"password":"secret"}])");
  }
};

using Lines = std::vector<std::string>;

}  // namespace

PHX_TEST("joins and events are logged with their parameters and the user; passwords are hidden") {
  Fixture f(Level::debug);
  f.join("room:a");
  f.client.send(R"(["1","2","room:a","new_msg",{"body":"hi","list":[{"old_password":1}]}])");
  expect_eq(f.lines,
            Lines{R"(JOINED topic=room:a params="{\"password\":\"[FILTERED]\"}" user=user:1)",
                  R"(HANDLED event=new_msg topic=room:a params="{\"body\":\"hi\",\"list\":)"
                  R"([{\"old_password\":\"[FILTERED]\"}]}" user=user:1)"});
}

PHX_TEST("a channel sets its log levels, and internal topics are not logged") {
  Fixture f(Level::debug);
  f.join("quiet:a");
  f.client.send(R"(["1","2","quiet:a","new_msg",{}])");
  f.join("phoenix:a");
  expect_eq(f.lines, Lines{});
  Fixture info(Level::info);
  info.join("room:a");
  info.client.send(R"(["1","2","room:a","new_msg",{}])");
  expect_eq(info.lines.size(), 1u);
}

PHX_TEST("a log of warnings does not handle events") {
  Fixture f(Level::warn);
  expect(!f.shard.telemetry.attached<ChannelHandledIn>(), "so that they are not measured");
}

PHX_TEST("a payload too large for a line is not read, and its size is shown") {
  Fixture f(Level::info);
  const std::string broken = "{no JSON at all" + std::string(4'096, ' ');
  f.shard.telemetry.execute(
      ChannelHandledIn{{}, "event", Payload::own_text(broken), Socket(), Level::info});
  Payload limited = Payload::own_text(R"({"a":1})");
  limited.limit_reading(5);
  f.shard.telemetry.execute(ChannelHandledIn{{}, "event", limited, Socket(), Level::info});
  expect_eq(f.lines, Lines{R"_(HANDLED event=event topic= params="(4111 bytes)")_",
                           R"_(HANDLED event=event topic= params="(7 bytes)")_"});
}

PHX_TEST("a payload that is not logged is not read") {
  Fixture f(Level::info);
  const Payload broken = Payload::own_text("{no JSON at all");
  f.shard.telemetry.execute(ChannelHandledIn{{}, "event", broken, Socket(), Level::debug});
  expect_eq(f.lines, Lines{});
  f.shard.telemetry.execute(ChannelHandledIn{{}, "event", broken, Socket(), Level::info});
  expect_eq(f.lines, Lines{R"_(HANDLED event=event topic= params="(15 bytes)")_"});
  expect(f.shard.telemetry.attached<ChannelHandledIn>(), "the log is still attached");
}

PHX_TEST("binary payloads show their size, and a filter may choose what is shown") {
  Fixture f(Level::debug, ParameterFilter::keep({"id"}));
  const Payload bytes = Payload::binary("secret");
  f.shard.telemetry.execute(ChannelHandledIn{{}, "e", bytes, Socket(), Level::info});
  const Payload params = Payload::own_text(R"({"id":1,"name":"ann"})");
  f.shard.telemetry.execute(ChannelHandledIn{{}, "e", params, Socket(), Level::info});
  expect_eq(f.lines,
            Lines{R"_(HANDLED event=e topic= params="(6 bytes)")_",
                  R"(HANDLED event=e topic= params="{\"id\":1,\"name\":\"[FILTERED]\"}")"});
}

PHX_TEST("drains and failed handlers are logged too") {
  Fixture f(Level::info);
  f.shard.telemetry.execute(SocketDrain{2, 5, 1, 3, Millis{100}, "/socket", Level::info});
  f.shard.telemetry.attach(
      "bad",
      {telemetry::on<SocketDrain>([](const SocketDrain&) { throw std::runtime_error("no"); })});
  f.shard.telemetry.execute(SocketDrain{2, 5, 2, 3, Millis{100}, "/socket", Level::off});
  expect_eq(f.lines, Lines{"DRAINING path=/socket connections=2 of=5 round=1 rounds=3 every_ms=100",
                           "a telemetry handler failed and was detached handler=bad "
                           "event=phoenix.socket_drain reason=no"});
}

PHX_TEST("a request's id is the client's if it is long enough, otherwise a new one") {
  http::Request request{"GET", "/"};
  request.headers = {{"x-request-id", "12345678901234567890"}};
  expect_eq(request_id_of(request), std::string("12345678901234567890"));
  for (const std::size_t size : {19, 201}) {
    request.headers = {{"x-request-id", std::string(size, 'x')}};
    expect_eq(request_id_of(request).size(), 20u);
  }
  expect(request_id_of(request) != request_id_of(request), "each is new");
}

PHX_TEST("lines about a request carry its id, but not its query") {
  Lines lines;
  process::Scheduler scheduler(
      0, Log::to(Level::info, [&](Level, const std::string& line) { lines.push_back(line); }));
  pubsub::PubSub pubsub(scheduler);
  Endpoint endpoint;
  endpoint.get("/page", [](const auto&) -> http::Response { throw std::runtime_error("boom"); });
  endpoint.socket({"/socket", std::make_shared<Users>()});
  const Context shard{&scheduler, &pubsub, &endpoint.telemetry()};
  http::Request request{"GET", "/page?password=secret"};
  request.headers = {{"x-request-id", "a request of some length"}};
  endpoint.dispatch(request, shard);
  request.target = "/socket/websocket?vsn=9.0.0&password=secret";
  request.peer = "192.0.2.1";
  endpoint.dispatch(request, shard);
  expect_eq(
      lines,
      Lines{R"(a request failed path=/page reason=boom request_id="a request of some length")",
            "a client asks for version \"9.0.0\" of the wire, and the mount speaks ~> 1.0.0, "
            "~> 2.0.0 step=connect status=403 path=/socket/websocket peer=192.0.2.1 "
            "request_id=\"a request of some length\""});
}

PHX_TEST("no password reaches the log, whatever a client sends and however it crashes") {
  std::string all;
  const auto keep = [&all](Level, const std::string& line) { all += line + "\n"; };
  const Log log = Log::to(Level::debug, keep);
  const Users users;
  for (const char* frame :
       {R"(["1","2","room:a",{"password":"hunter2"},{}])", R"(["1","2","room:a","push","hunter2"])",
        R"(["1","2","room:a","push",["hunter2"]])", R"(["1","2",["hunter2"],"phx_join",{}])",
        R"(["1","2",{"password":"hunter2"},"phx_join",{}])",
        R"(["1","2","room:a","e",{"p":hunter2])", R"("hunter2")"}) {
    TestShard shard({}, log);
    const Logger logger(shard.telemetry, log, {});
    FakeClient client(shard, users);
    client.send(R"(["1","1","room:a","phx_join",{"password":"hunter2"}])");
    client.send(frame);
  }
  expect(all.find("crashed") != std::string::npos, "there were crashes:\n" + all);
  expect(all.find("hunter2") == std::string::npos, "the word is in no line:\n" + all);
}
