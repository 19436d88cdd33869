/// What is set wrong, and which sentence says so: at the start, or when the first client comes.

#include <functional>

#include "chapters/15-in-production/scene.h"

using namespace phx;
using namespace trouble;

namespace {

struct Room final : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
};

/// Says what stops a program that is set up like this.
void stops(const std::string& setting, const std::function<void()>& begin) {
  try {
    begin();
    fmt::print("start      {}: nothing was said\n", setting);
  } catch (const std::exception& error) {
    fmt::print("start      {}: {}\n", setting, error.what());
  }
}

//! [at_the_start]
void at_the_start(std::uint16_t taken) {
  stops("a short secret", [] { Endpoint endpoint("hunter2"); });
  stops("a secret too short for cookies", [] {
    tokens::SessionCookie(std::string(40, 's'), {.key = "_key", .signing_salt = "salt"});
  });
  stops("a path", [] { Endpoint().socket({"socket", mount_of<Room>().socket}); });
  stops("an origin", [] { Origins::list({"example.com"}); });
  stops("a rate", [] {
    Mount mount = mount_of<Room>();
    mount.message_rate = {.per_second = 0, .burst = 0};
    Endpoint().socket(mount);
  });
  stops("a port", [taken] {
    const Endpoint endpoint;
    const Server server(endpoint, {.port = taken}, Log::silent());
  });
}
//! [at_the_start]

/// The status of an answer: `403`.
std::string status(const std::string& answer) { return answer.substr(9, 3); }

}  // namespace

int main() {
  Mount mount = mount_of<Room>();
  mount.check_origin = Origins::list({"https://example.com"});
  Scene scene({.processes = unhurried}, mount);
  at_the_start(scene.port());

  const auto tries = [&](const std::string& path, const std::string& headers) {
    fmt::print("client     {} gets {}\n", path, status(scene.asked(path, headers)));
  };
  tries("/socket/websocket?vsn=2.0.0", "Origin: http://www.example.com\r\n");
  tries("/socket/websocket?vsn=9.0.0", "");
  tries("/socket/websocket?vsn=2.0.0", "");
  tries("/socket", "");
  Caller ada(scene.port());
  ada.say(R"(["1","1","rooms:a","phx_join",{}])");
  ada.heard("phx_reply");
  fmt::print("client     a join of rooms:a, where the route is room:*, is refused\n");
  scene.story(
      {R"(phoenix_socket_connect_duration_seconds_count{result="ok",transport="websocket"})",
       R"(phoenix_channel_join_duration_seconds_count{result="error"})"});
}
