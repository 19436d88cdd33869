/// \file
/// The command line of the soak.
#include "conformance/load/soak/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <random>

#include "conformance/load/client/command_line.h"
#include "version.h"

namespace phx::soak {
namespace {

using bench::usage_error;

/// As the user typed it.
struct Words {
  std::string url = "ws://127.0.0.1:4000/socket";
  pid_t pid = 0;
  double minutes = 0;
  int patience = 15;
};

void declare_nodes(CLI::App& app, Options& options) {
  app.add_option("--nodes", options.nodes,
                 "start this many copies of COMMAND with one Redis ({redis}), and spread the "
                 "clients over them")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--redis-channel-per", options.channel_per,
                 "what they have a Redis channel for: topic, or the whole cluster (in "
                 "REDIS_CHANNEL_PER for COMMAND)")
      ->check(CLI::IsMember({"cluster", "topic"}))
      ->capture_default_str();
  app.add_option("--outages", options.load.outages,
                 "how often that Redis is paused, stopped or killed during the run")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
}

void declare(CLI::App& app, Words& words, Options& options) {
  Load& load = options.load;
  app.set_version_flag("--version", fmt::format("phx-soak {}", library_version),
                       "print the version and exit");
  app.add_option("--url", words.url, "the server's socket")->capture_default_str();
  app.add_option("--pid", words.pid,
                 "the server's process id, to measure its memory and descriptors");
  auto* minutes = app.add_option("--minutes", words.minutes, "how long to run, in minutes")
                      ->check(CLI::Range(0.1, 1e5));
  app.add_option("--seconds", load.seconds, "how long to run, in seconds")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str()
      ->excludes(minutes);
  app.add_option("--websockets", load.websockets, "members over a websocket")
      ->capture_default_str();
  app.add_option("--polls", load.polls, "members over long-poll")->capture_default_str();
  app.add_option("--feeds", load.feeds, "topics on which numbers are broadcast")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  app.add_option("--actions", load.actions, "actions a second, by all members together")
      ->capture_default_str();
  app.add_option("--broadcasts", load.broadcasts, "broadcasts a second on each topic")
      ->capture_default_str();
  app.add_option("--vandals", load.vandals, "clients a second that send rubbish")
      ->capture_default_str();
  app.add_option("--patience", words.patience,
                 "seconds within which replies and broadcasts must come")
      ->check(CLI::Range(4, 600))  // a slow reader is slow for three
      ->capture_default_str();
  declare_nodes(app, options);
  app.add_option("--seed", load.seed,
                 "repeat the random choices of a run, which printed this seed");
  app.add_option(
      "--waves", options.waves,
      "instead of a soak, open this many waves of connections that join and go; memory must "
      "return to its base");
  app.add_option("--wave-size", options.wave_size, "connections per wave")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--out", options.out,
                 "write report.html, report.json and plot.svg to this folder");
  app.footer(
      "-- COMMAND…: start this server on a free port (in PORT, HOST and {port}), and stop it at "
      "the end; {redis} is the URL of a Redis that is started too\n\n"
      "Exit status: 0 all was well, 1 something was wrong, 2 usage, 3 the server can't be "
      "reached.");
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& status) {
  CLI::App app{
      "Puts a server that keeps the conformance contract under mixed load, and checks that every\n"
      "ref has one reply, every subscriber each broadcast once and in order, and memory stays "
      "flat.",
      "phx-soak"};
  Options options;
  Words words;
  options.load.seed = std::random_device{}();
  declare(app, words, options);
  try {
    options.command = bench::parse_all(app, argc, argv);
    const auto& command = options.command;
    const bool at_redis = std::any_of(command.begin(), command.end(), [](const auto& word) {
      return word.find("{redis}") != std::string::npos;
    });
    if (at_redis != (options.nodes > 1) || (at_redis && options.waves > 0)) {
      throw CLI::ValidationError("--nodes takes a COMMAND with {redis} in it, and no --waves",
                                 usage_error);
    }
    if (words.minutes > 0) options.load.seconds = words.minutes * 60;
    options.load.patience = std::chrono::seconds(words.patience);
    const auto target = bench::parse_url(words.url);
    if (!target || target->secure) {
      throw CLI::ValidationError(fmt::format("expected ws://HOST:PORT/MOUNT, got {}", words.url),
                                 usage_error);
    }
    options.target = *target;
    if (words.pid > 0) options.target.pid = words.pid;
    return options;
  } catch (const CLI::ParseError& error) {
    status = bench::print(app, error);
    return std::nullopt;
  }
}

}  // namespace phx::soak
