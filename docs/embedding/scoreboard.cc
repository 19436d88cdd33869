/// A program with a purpose of its own that browsers can follow with phoenix.js.
///
///     scoreboard [PORT]

#include <phoenix.h>

#include <cstdio>
#include <cstdlib>

#include "game.h"

int main(int argc, char** argv) try {
  phx::ServerOptions options{.port = 4000, .signals = true};
  if (argc > 1) options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));

  phx::Endpoint endpoint;
  endpoint.socket({"/socket", std::make_shared<Visitors>()});
  phx::Server server(endpoint, options, phx::Log::to_stderr(phx::Level::warn));
  std::printf("Follow the game at %s/socket\n", server.url().c_str());
  std::fflush(stdout);
  return server.run() ? 0 : 1;  // until SIGTERM or Ctrl-C
} catch (const std::exception& error) {
  std::fprintf(stderr, "scoreboard: %s\n", error.what());
  return 1;
}
