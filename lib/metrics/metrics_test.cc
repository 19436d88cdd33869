/// Telemetry events are counted, and the page shows the counts.

#include "metrics/metrics.h"

#include "channel/events.h"
#include "presence/events.h"
#include "socket/events.h"
#include "telemetry/faults.h"
#include "telemetry/limits.h"
#include "telemetry/shard_measured.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

struct Room : Channel {
  JoinResult join(std::string_view, Payload params, Socket&) override {
    if (params["refuse"] == Json(true)) return Refused{};
    return Joined{};
  }
  Result handle_in(std::string_view, Payload payload, Socket&) override {
    return Reply::ok(std::move(payload));
  }
};
struct Users : UserSocket {
  Users() { channel<Room>("room:*"); }
};

/// An endpoint with metrics, and its telemetry.
struct Fixture {
  Endpoint endpoint;
  TestShard shard;

  std::string page() {
    const auto outcome = endpoint.dispatch({"GET", "/metrics"}, shard.context());
    return std::get<http::Response>(outcome).body;
  }
  void expect_line(const std::string& line) {
    const std::string text = page();
    expect(text.find("\n" + line + "\n") != std::string::npos, line + " in\n" + text);
  }
};

}  // namespace

PHX_TEST("joins are counted by result, events by duration") {
  Fixture f;
  const Metrics metrics(f.endpoint);
  const Users users;
  Context shard = f.shard.context();
  shard.telemetry = &f.endpoint.telemetry();
  FakeClient client(f.shard, users, shard);
  client.send(R"(["1","1","room:a","phx_join",{}])");
  client.send(R"(["2","2","room:b","phx_join",{"refuse":true}])");
  for (int i = 0; i < 3; ++i) client.send(R"(["1","3","room:a","echo",{}])");
  f.expect_line(R"(phoenix_channel_join_duration_seconds_count{result="ok"} 1)");
  f.expect_line(R"(phoenix_channel_join_duration_seconds_count{result="error"} 1)");
  f.expect_line("phoenix_channel_handle_in_duration_seconds_count 3");
}

PHX_TEST("faults are counted") {
  Fixture f;
  const Metrics metrics(f.endpoint);
  const telemetry::Telemetry& telemetry = f.endpoint.telemetry();
  telemetry.execute(telemetry::SlowConsumer{1});
  telemetry.execute(telemetry::SlowConsumer{2});
  telemetry.execute(telemetry::ConnectionRefused{1, "peer"});
  telemetry.execute(telemetry::BroadcastLost{1, 1'000'000});
  telemetry.execute(SocketDrain{7, 9, 1, 2, Millis{1}, "/socket", Level::info});
  f.expect_line("phoenix_slow_consumers_total 2");
  f.expect_line("phoenix_connections_refused_total 1");
  f.expect_line("phoenix_drained_connections_total 7");
  f.expect_line("phoenix_mailbox_overflows_total 0");
  f.expect_line("phoenix_broadcasts_lost_total 1");
}

PHX_TEST("what trackers leave out is counted by its reason") {
  Fixture f;
  const Metrics metrics(f.endpoint);
  f.endpoint.telemetry().execute(
      presence::TrackerSkipped{"phx_presence:P_shard0", presence::Skip::unreadable, 3});
  f.expect_line(R"(phoenix_presence_skipped_total{why="unreadable"} 3)");
  f.expect_line(R"(phoenix_presence_skipped_total{why="transfers"} 0)");
}

PHX_TEST("each limit has a counter, even before it is reached") {
  Fixture f;
  const Metrics metrics(f.endpoint);
  f.endpoint.telemetry().execute(telemetry::LimitReached{telemetry::Limit::message_rate, 20});
  f.expect_line(R"(phoenix_limits_reached_total{limit="message_rate"} 1)");
  f.expect_line(R"(phoenix_limits_reached_total{limit="farewell"} 0)");
}

PHX_TEST("each shard's figures are shown as last measured") {
  Fixture f;
  const Metrics metrics(f.endpoint);
  f.endpoint.telemetry().execute(telemetry::ShardMeasured{5, 2, 1, 0});
  f.endpoint.telemetry().execute(telemetry::ShardMeasured{6, 3, 0, 0});
  f.endpoint.telemetry().execute(telemetry::ShardMeasured{9, 4, 0, 1});
  f.expect_line(R"(phoenix_processes{shard="0"} 6)");
  f.expect_line(R"(phoenix_processes{shard="1"} 9)");
  f.expect_line(R"(phoenix_connections{protocol="websocket",shard="0"} 3)");
}

PHX_TEST(
    "without Metrics there is no page; with it, handlers are attached to the endpoint's "
    "telemetry") {
  Fixture f;
  const auto outcome = f.endpoint.dispatch({"GET", "/metrics"}, f.shard.context());
  expect_eq(std::get<http::Response>(outcome).status, 404);
  expect(!f.endpoint.telemetry().attached<HandleInTimed>(), "no handler is attached");
  {
    const Metrics metrics(f.endpoint, "/numbers");
    expect(f.endpoint.telemetry().attached<HandleInTimed>(), "a handler is attached");
  }
  expect(!f.endpoint.telemetry().attached<HandleInTimed>(), "and no more");
}
