/// Telemetry of joins and events.

#include "channel/events.h"

#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;
using telemetry::on;

namespace {

struct Room : Channel {
  JoinResult join(std::string_view, Payload params, Socket&) override {
    if (params["crash"] == Json(true)) throw std::runtime_error("boom");
    if (params["refuse"] == Json(true)) return Refused{};
    return Joined{};
  }
  Result handle_in(std::string_view event, Payload payload, Socket&) override {
    if (event != "echo") return unhandled(event);
    return Reply::ok(std::move(payload));
  }
  bool blocking(std::string_view, const Payload& payload) const override {
    return payload["block"] == Json(true);
  }
  Level log_join() const override { return Level::warn; }
  Level log_handle_in() const override { return Level::error; }
};

struct Users : UserSocket {
  Users() { channel<Room>("room:*"); }
};

struct Fixture {
  TestShard shard;
  Users users;
  FakeClient client{shard, users};
  std::vector<std::string> told;

  void listen() {
    shard.telemetry.attach("ear", {on<ChannelJoined>([this](const ChannelJoined& joined) {
                                     expect(joined.duration >= telemetry::Duration{0});
                                     expect_eq(joined.log, Level::warn);
                                     tell("joined", joined.result == serializer::Status::ok,
                                          joined.socket, joined.params);
                                   }),
                                   on<ChannelHandledIn>([this](const ChannelHandledIn& handled) {
                                     expect(handled.duration >= telemetry::Duration{0});
                                     expect_eq(handled.log, Level::error);
                                     tell(handled.event, true, handled.socket, handled.params);
                                   })});
  }
  void tell(const std::string& what, bool ok, const Socket& socket, const Payload& params) {
    told.push_back(what + (ok ? " ok " : " error ") + socket.topic() + " " +
                   std::string(params.view()));
  }
};

}  // namespace

PHX_TEST("a join is reported with its parameters and its result") {
  Fixture f;
  f.listen();
  f.client.send(R"(["1","1","room:a","phx_join",{"a":1}])");
  f.client.send(R"(["2","2","room:b","phx_join",{"refuse":true}])");
  expect_eq(f.told, std::vector<std::string>{R"(joined ok room:a {"a":1})",
                                             R"(joined error room:b {"refuse":true})"});
}

PHX_TEST("an event is reported with the handler's payload, and a leave is not an event") {
  Fixture f;
  f.client.send(R"(["1","1","room:a","phx_join",{}])");
  f.listen();
  f.client.send(R"(["1","2","room:a","echo",{"n":[1]}])");
  f.client.send(R"(["1","3","room:a","phx_leave",{}])");
  expect_eq(f.told, std::vector<std::string>{R"(echo ok room:a {"n":[1]})"});
}

PHX_TEST("a handler that throws is not reported: a crash has its own event") {
  Fixture f;
  f.listen();
  f.client.send(R"(["1","1","room:a","phx_join",{"crash":true}])");
  f.client.send(R"(["2","2","room:b","phx_join",{}])");
  f.client.send(R"(["2","3","room:b","no such event",{}])");
  expect_eq(f.told, std::vector<std::string>{"joined ok room:b {}"});
}

PHX_TEST("a blocking handler is reported too") {
  Fixture f;
  f.listen();
  f.client.send(R"(["1","1","room:a","phx_join",{"block":true}])");
  f.client.send(R"(["1","2","room:a","echo",{"block":true}])");
  expect_eq(f.told, std::vector<std::string>{R"(joined ok room:a {"block":true})",
                                             R"(echo ok room:a {"block":true})"});
}

PHX_TEST("neither telemetry nor a throwing handler changes the channel's answer") {
  Fixture f;
  f.client.send(R"(["1","1","room:a","phx_join",{}])");
  f.client.heard();
  f.shard.telemetry.attach(
      "bad", {on<ChannelHandledIn>([](const ChannelHandledIn&) { throw std::logic_error(""); })});
  f.client.send(R"(["1","2","room:a","echo",{"n":1}])");
  expect_eq(f.client.heard(),
            std::vector<std::string>{
                R"(["1","2","room:a","phx_reply",{"response":{"n":1},"status":"ok"}])"});
}

PHX_TEST("a handler that only counts gets the duration, and nothing is copied") {
  Fixture f;
  int told = 0;
  f.shard.telemetry.attach("ear", {on<HandleInTimed>([&told](const HandleInTimed& timed) {
                             expect(timed.duration >= telemetry::Duration{0});
                             expect_eq(timed.socket.topic(), std::string("room:a"));
                             ++told;
                           })});
  expect(!f.shard.telemetry.attached<ChannelHandledIn>(), "no handler asks for parameters");
  f.client.send(R"(["1","1","room:a","phx_join",{}])");
  f.client.send(R"(["1","2","room:a","echo",{}])");
  f.client.send(R"(["1","3","room:a","echo",{}])");
  expect_eq(told, 2);
}
