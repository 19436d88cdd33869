/// More than there is room for: in a mailbox, in an outbox, in a second, and in one socket.

#include "chapters/15-in-production/scene.h"

using namespace phx;
using namespace trouble;

namespace {

//! [busy]
struct Busy final : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }

  Result handle_in(std::string_view event, Payload, Socket& socket) override {
    if (event == "mail") {
      for (int i = 0; i < 200; ++i) socket.send_self(i);  // more than its mailbox holds
    }
    if (event == "flood") {
      const Json large = Json::object({{"body", std::string(100'000, 'x')}});
      for (int i = 0; i < 20; ++i) socket.push("large", large);  // 2 MB at once
    }
    return Reply::ok();
  }
  Result handle_info(Message, Socket&) override { return NoReply{}; }
};
//! [busy]

struct Users final : UserSocket {
  Users() { channel<Busy>("room:*"); }
  std::size_t max_channels() const override { return 1; }
};

}  // namespace

int main() {
  Mount mount{"/socket", std::make_shared<Users>()};
  mount.message_rate = {.per_second = 1, .burst = 5};
  process::Limits limits = unhurried;
  limits.mailbox = 100;
  Scene scene({.outbox_limit = 500'000, .processes = limits}, mount);

  Caller first(scene.port());
  first.join("room:a");
  first.say(R"(["1","2","room:a","mail",{}])");
  fmt::print("client     too much mail for a channel: phx_error {}\n", first.heard("phx_error"));

  Caller slow(scene.port(), 4'096);
  slow.join("room:a");
  slow.say(R"(["1","2","room:a","flood",{}])");
  fmt::print("client     one that never reads is dropped, with the code {}\n", slow.close_code());

  Caller greedy(scene.port());
  greedy.join("room:a");
  greedy.say(R"(["2","2","room:b","phx_join",{}])");
  fmt::print("client     a second room is refused: {}\n", greedy.heard(R"("status":"error")"));
  for (int i = 0; i < 9; ++i) greedy.say(R"([null,"3","phoenix","heartbeat",{}])");
  fmt::print("client     eleven messages at once: closed with {}\n", greedy.close_code());

  scene.story({"phoenix_mailbox_overflows_total", "phoenix_process_crashes_total",
               "phoenix_slow_consumers_total", R"(phoenix_limits_reached_total{limit="channels"})",
               R"(phoenix_limits_reached_total{limit="message_rate"})"});
}
