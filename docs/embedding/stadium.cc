/// A program with a main loop of its own: each line that you type scores for that team, and
/// `restart` stops the server and starts it again.
///
///     stadium [PORT]

#include <phoenix.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "game.h"

/// Tells the members of a game how long it has lasted, every second.
class Clock : public phx::Process {
 public:
  explicit Clock(const phx::Context& context) : context_(context) {}

 protected:
  void init() override { wait(); }
  void handle(phx::Message message) override {
    if (!message.holds<Tick>()) return;
    context_.broadcast("game:final", "clock", {{"seconds", ++seconds_}});
    wait();
  }

 private:
  struct Tick {};
  void wait() { scheduler().send_after(phx::Millis{1'000}, self(), Tick{}); }

  const phx::Context& context_;
  int seconds_ = 0;
};

int main(int argc, char** argv) try {
  phx::ServerOptions options{.port = 4000};
  if (argc > 1) options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));

  phx::Endpoint endpoint;
  endpoint.socket({"/socket", std::make_shared<Visitors>()});
  endpoint.child(
      {"clock", [](const phx::Context& context) { return std::make_unique<Clock>(context); }});
  phx::Server server(endpoint, options, phx::Log::to_stderr(phx::Level::warn));
  server.start();
  std::printf("Follow the game at %s/socket\n", server.url().c_str());
  std::fflush(stdout);

  for (std::string line; std::getline(std::cin, line);) {
    if (line == "restart") {
      server.stop();
      server.start();  // on the same port
    } else {
      endpoint.broadcast("game:final", "point", {{"team", line}});  // from any thread
    }
  }
  return server.stop() ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "stadium: %s\n", error.what());
  return 1;
}
