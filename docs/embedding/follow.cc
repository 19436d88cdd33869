/// Follows the game in a terminal: prints each point, and scores for the team that you type.
///
///     follow ws://127.0.0.1:4000/socket

#include <client/client.h>

#include <cstdio>
#include <iostream>
#include <string>

int main(int argc, char** argv) try {
  phx::Client client(argc > 1 ? argv[1] : "ws://127.0.0.1:4000/socket", {.jitter = 0.5});
  client.on_error([](const std::string& error) { std::fprintf(stderr, "%s\n", error.c_str()); });
  client.connect();

  phx::Topic game = client.topic("game:final");
  game.on("point", [](const phx::Payload& point) {
    std::printf("a point for %s\n", point["team"].string_or("?").c_str());
    std::fflush(stdout);
  });
  game.on_error([](const phx::Payload&) { std::fprintf(stderr, "away, and coming back\n"); });
  game.join().receive("ok", [](const phx::Payload&) { std::fprintf(stderr, "following\n"); });

  for (std::string team; std::getline(std::cin, team);) {
    game.push("point", {{"team", team}}).receive("timeout", [team](const phx::Payload&) {
      std::fprintf(stderr, "nobody heard of the point for %s\n", team.c_str());
    });
  }
} catch (const phx::OptionError& error) {
  std::fprintf(stderr, "follow: %s\n", error.what());
  return 1;
}
