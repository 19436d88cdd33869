/// A route's options for its channels.

#include "testing/case.h"
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
