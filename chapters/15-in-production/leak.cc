/// Two things that grow: what a channel keeps, and processes that nobody ends.

#include "chapters/15-in-production/scene.h"

using namespace phx;
using namespace trouble;

namespace {

//! [hoard]
/// Would say something later, and never learns when that is no longer wanted.
struct Reminder final : Process {
  std::string name() const override { return "reminder"; }
  void handle(Message) override {}
};

struct Hoard final : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }

  Result handle_in(std::string_view event, Payload, Socket& socket) override {
    if (event == "remind") socket.context().scheduler->spawn(std::make_unique<Reminder>());
    if (event == "say") {
      const std::string key = "message " + std::to_string(socket.assigns.size());
      socket.assigns[key] = Json(std::string(20'000, 'x'));  // and nobody takes one out
    }
    return Reply::ok(Json::object({{"kept", socket.assigns.size()}}));
  }
};
//! [hoard]

/// Resident memory of this process, in MB: what `ps -o rss` shows.
double resident() {
  std::ifstream file("/proc/self/statm");
  double all = 0, pages = 0;
  file >> all >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

const std::string processes = R"(phoenix_processes{shard="0"})";

void measured(const Scene& scene, const std::string& when, double base, double least, double most) {
  const auto fits = [&](double value) { return value >= least && value <= most; };
  const double value = scene.metric_when(processes, fits);
  fmt::print("metric     {} {:g} {}\n", processes, value, when);
  fmt::print("ps         {} MB more than at first, {}\n",
             resident() - base > 15 ? "over 15" : "under 15", when);
}

}  // namespace

int main() {
  Scene scene({.processes = unhurried}, mount_of<Hoard>());
  Caller ada(scene.port());
  ada.join("room:a");
  const double base = resident();
  measured(scene, "once Ada has joined", base, 3, 50);

  for (int i = 0; i < 1'000; ++i) ada.say(R"(["1","2","room:a","remind",{}])");
  for (int i = 0; i < 1'000; ++i) ada.say(R"(["1","3","room:a","say",{}])");
  ada.heard(R"("kept":1000)");
  measured(scene, "after 2,000 events", base, 1'000, 9'999);

  ada.say(R"(["1","4","room:a","phx_leave",{}])");
  ada.heard("phx_close");
  measured(scene, "when Ada has left", base, 1'000, 1'002);
  scene.story({"phoenix_process_crashes_total", "phoenix_mailbox_overflows_total"});
}
