/// A route's options for its channels.

#include <future>
#include <thread>

#include "testing/case.h"
#include "testing/each.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

struct Teller : Channel {
  JoinResult join(std::string_view, Payload, Socket& socket) override {
    return Joined{Json::object({{"kind", socket.assign("kind")}, {"who", socket.assign("who")}})};
  }
};
struct Routed : UserSocket {
  Routed() {
    channel<Teller>("public:*", {.assigns = {{"kind", "public"}}});
    channel("plain:*", [] { return std::make_unique<Teller>(); });
    channel("made:*", [] { return std::make_unique<Teller>(); }, {.assigns = {{"who", "made"}}});
  }
};

std::vector<std::string> answer(const std::string& topic, const std::string& response) {
  return {R"(["1","1",")" + topic + R"(","phx_reply",{"response":)" + response +
          R"(,"status":"ok"}])"};
}

}  // namespace

PHX_TEST("a route's assigns are merged over the connection's, for its own channels") {
  TestShard shard;
  const Routed users;
  FakeClient client(shard, users);
  const auto joined = [&client](const std::string& topic) {
    client.send(R"(["1","1",")" + topic + R"(","phx_join",{}])");
    return client.heard();
  };
  expect_eq(joined("public:a"), answer("public:a", R"({"kind":"public","who":null})"));
  expect_eq(joined("plain:a"), answer("plain:a", R"({"kind":null,"who":null})"));
  expect_eq(joined("made:a"), answer("made:a", R"({"kind":null,"who":"made"})"));
}

PHX_TEST("where a route and the connection assign the same name, the route's value wins") {
  TestShard shard;
  const Routed users;
  Socket socket(shard.context(), *serializer::negotiate(users.serializers(), "2.0.0"));
  socket.assigns = {{"kind", "connection"}, {"who", "ann"}};
  FakeClient client(shard, users, std::move(socket));
  const auto joined = [&client](const std::string& topic) {
    client.send(R"(["1","1",")" + topic + R"(","phx_join",{}])");
    return client.heard();
  };
  expect_eq(joined("public:a"), answer("public:a", R"({"kind":"public","who":"ann"})"));
  expect_eq(joined("plain:a"), answer("plain:a", R"({"kind":"connection","who":"ann"})"));
}

// --- Joins, sentence by sentence
// -------------------------------------------------------------------

namespace {

using Heard = std::vector<std::string>;

/// Takes any topic, one at a time; tells a client what its channel has for join_ref, in a push.
struct Any : Channel {
  JoinResult join(std::string_view, Payload params, Socket& socket) override {
    if (params["refuse"] == Json(true)) return Refused{};
    socket.send_self(1);
    return Joined{};
  }
  Result handle_info(process::Message, Socket& socket) override {
    socket.push("hello", {});
    return NoReply{};
  }
};
struct AnyTopic : UserSocket {
  AnyTopic() { channel<Any>("*"); }
};
struct OneChannel : UserSocket {
  OneChannel() { channel<Any>("room:*"); }
  std::size_t max_channels() const override { return 1; }
};

std::string refused(const std::string& refs, const std::string& topic,
                    const std::string& response) {
  return "[" + refs + "," + topic + R"(,"phx_reply",{"response":)" + response +
         R"(,"status":"error"}])";
}
const std::string unmatched = R"({"reason":"unmatched topic"})";

}  // namespace

PHX_TEST("a topic that is not a string is unmatched even where a route takes every topic") {
  const AnyTopic users;
  each({"5", "null", "true", R"(["x"])"}, [&users](const std::string& topic) {
    TestShard shard;
    FakeClient client(shard, users);
    client.send(R"(["1","2",)" + topic + R"(,"phx_join",{}])");
    expect_eq(client.heard(), Heard{refused(R"(null,"2")", topic, unmatched)});
  });
}

PHX_TEST(
    "the topic is looked at before the limit: what no route takes is unmatched above it, too") {
  TestShard shard;
  const OneChannel users;
  FakeClient client(shard, users);
  client.send(R"(["1","1","room:a","phx_join",{}])");
  client.heard();
  client.send(R"(["2","2","nope:a","phx_join",{}])");
  client.send(R"([null,"3","room:b","phx_join",{}])");
  expect_eq(client.heard(), Heard{refused(R"(null,"2")", R"("nope:a")", unmatched),
                                  refused(R"(null,"3")", R"("room:b")",
                                          R"({"reason":"too many channels joined"})")});
}

PHX_TEST("a channel's join_ref is the message's, of whatever type; only for null it is the ref") {
  const AnyTopic users;
  const std::pair<std::string, std::string> cases[] = {
      {"1", "1"}, {R"("")", R"("")"}, {"[7]", "[7]"}, {"false", "false"}, {"null", R"("ref")"}};
  for (const auto& one : cases) {
    each({one.first}, [&](const std::string& join_ref) {
      TestShard shard;
      FakeClient client(shard, users);
      client.send("[" + join_ref + R"(,"ref","t","phx_join",{}])");
      expect_eq(client.heard(),
                Heard{"[" + join_ref + R"(,"ref","t","phx_reply",{"response":{},"status":"ok"}])",
                      "[" + one.second + R"(,null,"t","hello",{}])"});
    });
  }
}

PHX_TEST("a refusal has the join's own join_ref, even if that is null") {
  const AnyTopic users;
  each({"null", "1", R"("a")"}, [&users](const std::string& join_ref) {
    TestShard shard;
    FakeClient client(shard, users);
    client.send("[" + join_ref + R"(,"2","t","phx_join",{"refuse":true}])");
    expect_eq(client.heard(), Heard{refused(join_ref + R"(,"2")", R"("t")", "{}")});
  });
}

PHX_TEST("a join may take an hour: its answer is awaited for as long as it takes") {
  static std::promise<void> go;
  struct Slow final : Channel {
    JoinResult join(std::string_view, Payload, Socket&) override {
      go.get_future().wait();
      return Joined{};
    }
    bool blocking(std::string_view, const Payload&) const override { return true; }
  };
  struct SlowSocket : UserSocket {
    SlowSocket() { channel<Slow>("slow"); }
  };
  const SlowSocket users;
  process::Workers workers;
  TestShard shard;
  shard.scheduler.use_workers(workers);
  FakeClient client(shard, users);
  client.send(R"(["1","1","slow","phx_join",{}])");
  shard.pass(Millis{3'600'000});
  expect_eq(client.heard(), Heard{});
  go.set_value();
  Heard heard;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (heard.empty() && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
    shard.settle();
    heard = client.heard();
  }
  expect_eq(heard, answer("slow", "{}"));
}
