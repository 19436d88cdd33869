/// What must still work, or there is nothing to find out: a join, an event, a heartbeat, a leave.

#include "chapters/16-clients-and-servers/exercise/sabotage.h"

#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

struct Room final : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view, Payload payload, Socket&) override {
    return Reply::ok(std::move(payload));
  }
};

struct Users final : UserSocket {
  Users() { channel<Room>("room:*"); }
  std::span<const serializer::Offer> serializers() const override { return offers_; }

 private:
  std::vector<serializer::Offer> offers_{{&exercise::sabotaged(), "~> 2.0.0"}};
};

std::string reply(const std::string& refs, const std::string& response = "{}") {
  return "[" + refs + R"(,"phx_reply",{"response":)" + response + R"(,"status":"ok"}])";
}

}  // namespace

PHX_TEST("an ordinary conversation goes on as if nothing were wrong") {
  using Heard = std::vector<std::string>;
  TestShard shard;
  Users users;
  FakeClient client(shard, users);
  client.send(R"(["1","1","room:lobby","phx_join",{}])");
  client.send(R"(["1","2","room:lobby","echo",{"body":"hello"}])");
  client.send(R"([null,"3","phoenix","heartbeat",{}])");
  client.send(R"(["1","4","room:lobby","phx_leave",{}])");
  expect_eq(client.heard(), Heard{reply(R"("1","1","room:lobby")"),
                                  reply(R"("1","2","room:lobby")", R"({"body":"hello"})"),
                                  reply(R"(null,"3","phoenix")"), reply(R"("1","4","room:lobby")"),
                                  R"(["1","1","room:lobby","phx_close",{}])"});
}
