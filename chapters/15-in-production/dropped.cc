/// Clients that go without a word: one is silent, one never ends his request, one is cut.

#include "chapters/15-in-production/scene.h"

using namespace phx;
using namespace trouble;

namespace {

//! [farewells]
/// Says who went, and why, to the others.
struct Farewells final : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }

  void terminate(const ExitReason& reason, Socket& socket) override {
    socket.broadcast_from("gone", Json::object({{"why", to_string(reason)}}));
  }
};
//! [farewells]

const std::string websockets = R"(phoenix_connections{protocol="websocket",shard="0"})";

}  // namespace

int main() {
  Mount mount = mount_of<Farewells>();
  mount.websocket->timeout = Millis{1'500};
  Scene scene({.http = {.patience = Millis{100}}, .processes = unhurried}, mount);

  Caller silent(scene.port()), watcher(scene.port());
  silent.join("room:a");
  watcher.join("room:a");
  {
    Caller cut(scene.port());
    cut.join("room:a");
  }  // no close frame is sent
  watcher.heard(R"("gone")");
  fmt::print("client     one goes without a close frame: the room hears at once\n");

  const testing::TcpClient half(scene.port());
  half.write("GET /soc");
  half.rest();
  fmt::print("client     half a request: its connection is closed, without an answer\n");

  const auto two = [](double value) { return value == 2; };
  fmt::print("metric     {} {:g}\n", websockets, scene.metric_when(websockets, two));
  watcher.say(R"([null,"2","phoenix","heartbeat",{}])");
  fmt::print("client     a silent one is closed with {}\n", silent.close_code());
  watcher.say(R"([null,"3","phoenix","heartbeat",{}])");
  fmt::print("client     the room hears: {}\n", watcher.heard(R"("gone")"));
  const auto one = [](double value) { return value == 1; };
  fmt::print("metric     {} {:g}\n", websockets, scene.metric_when(websockets, one));
  scene.story({R"(phoenix_limits_reached_total{limit="request_time"})"});
}
