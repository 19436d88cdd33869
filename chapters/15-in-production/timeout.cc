/// Three ways to keep a client waiting: to block, to forget the answer, and to ask who never
/// answers.

#include "chapters/15-in-production/scene.h"

using namespace phx;
using namespace trouble;

namespace {

/// Takes every message, and answers none.
struct Mute final : Process {
  std::string name() const override { return "mute"; }
  void handle(Message) override {}
};

//! [asker]
/// Asks the mute one, with little patience.
struct Asker final : Process {
  std::string name() const override { return "asker"; }
  void init() override {
    const Pid mute = scheduler().spawn(std::make_unique<Mute>());
    call(
        mute, std::string("are you there?"), [](Message) {}, Millis{50});
  }
  void handle(Message) override {}
};
//! [asker]

//! [slow]
struct Slow final : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }

  Result handle_in(std::string_view event, Payload, Socket& socket) override {
    if (event == "sleep" || event == "sleep_aside") {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      return Reply::ok();
    }
    if (event == "ask") socket.context().scheduler->spawn(std::make_unique<Asker>());
    return NoReply{};  // nor has `forget` an answer
  }
  bool blocking(std::string_view event, const Payload&) const override {
    return event == "sleep_aside";
  }
};
//! [slow]

/// How long somebody else's heartbeat takes while the server is busy with `event`.
void measure(const Scene& scene, const std::string& event) {
  Caller ada(scene.port()), bob(scene.port());
  ada.join("room:a");
  ada.say(R"(["1","2","room:a",")" + event + R"(",{}])");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // so that Ada's comes first
  const auto began = std::chrono::steady_clock::now();
  bob.say(R"([null,"9","phoenix","heartbeat",{}])");
  bob.heard("phx_reply");
  const auto took = std::chrono::steady_clock::now() - began;
  fmt::print("client     Ada says {}; Bob's heartbeat is answered {}\n", event,
             took > std::chrono::milliseconds(150) ? "late" : "at once");
  ada.heard("phx_reply");
}

}  // namespace

int main() {
  Scene scene({}, mount_of<Slow>());
  measure(scene, "sleep");
  measure(scene, "sleep_aside");
  Caller ada(scene.port());
  ada.join("room:a");
  ada.say(R"(["1","2","room:a","forget",{}])");
  ada.say(R"(["1","3","room:a","ask",{}])");
  ada.say(R"([null,"4","phoenix","heartbeat",{}])");
  ada.heard("phx_reply");
  fmt::print("client     Ada's heartbeat is answered, but neither forget nor ask\n");
  scene.metric_when("phoenix_process_crashes_total", [](double value) { return value > 0; });
  scene.story({"phoenix_long_turns_total", "phoenix_process_crashes_total",
               "phoenix_channel_handle_in_duration_seconds_count",
               R"(phoenix_channel_handle_in_duration_seconds_bucket{le="0.1"})"});
}
