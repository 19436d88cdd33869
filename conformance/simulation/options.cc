/// Declares the options, and reads lists of actions.

#include "conformance/simulation/options.h"

#include <CLI/CLI.hpp>
#include <thread>

#include "version.h"

namespace phx::simulation {
namespace {

std::vector<std::size_t> numbers_in(const char* option, const std::string& text) {
  std::vector<std::size_t> numbers;
  std::stringstream list(text);
  for (std::string number; std::getline(list, number, ',');) {
    const bool digits = !number.empty() && number.find_first_not_of("0123456789") == number.npos;
    if (!digits || number.size() > 9) {
      throw CLI::ValidationError(option, "expected numbers such as 0,3,7, got " + text);
    }
    numbers.push_back(std::stoul(number));
  }
  return numbers;
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): one table
std::optional<Options> parse_options(int argc, char** argv, int& status) {
  CLI::App app{"Plays worlds of servers, clients and networks, each made from one number.",
               "phx-simulate"};
  Options options;
  options.jobs = std::max(1U, std::thread::hardware_concurrency());
  app.set_version_flag("--version", std::string("phx-simulate ") + library_version,
                       "print the version and exit");
  app.add_option("--world", options.world, "which world")
      ->check(CLI::IsMember(worlds()))
      ->capture_default_str();
  auto* seed = app.add_option("--seed", options.seed, "play this one world, and tell its story");
  app.add_option("--keep", options.kept, "only these of its actions, such as 0,3,7")->needs(seed);
  app.add_option("--step", options.step, "stop before this step, for a debugger");
  app.add_option("--trace", options.trace, "write every step to this file");
  app.add_option("--har", options.har, "write the frames to this file, for phx-trace");
  auto* worlds =
      app.add_option("--worlds", options.worlds, "play this many worlds, with the seeds from 1 on")
          ->excludes(seed);
  app.add_option("--from", options.from, "the first of these seeds")
      ->needs(worlds)
      ->check(CLI::Range(1UL, 1'000'000'000UL))
      ->capture_default_str();
  app.add_flag("--all", options.all, "play on after a broken world, and list all that are")
      ->excludes(seed);
  app.add_option("--seconds", options.seconds, "play worlds with fresh seeds for this long")
      ->check(CLI::Range(0.1, 1'000'000.0))
      ->excludes(seed)
      ->capture_default_str();
  app.add_option("--jobs", options.jobs, "how many worlds are played together")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  app.add_flag("--brief", options.brief, "say which invariant broke, and look for no story");
  auto* scene =
      app.add_option("--scene", options.scene,
                     "play a small scene in each order: its name, its script, all or all-2")
          ->excludes(seed);
  app.add_option("--order", options.order, "play it in this order, and tell its story")
      ->needs(scene);
  app.add_option("--orders", options.orders, "how many orders to play of a scene at most")
      ->check(CLI::Range(1, 1'000'000'000))
      ->capture_default_str();
  app.add_option("--delays", options.delays,
                 "only orders that take another way than the first at most so often")
      ->needs(scene);
  app.footer("Exit status: 0 if every invariant held, 1 if one was broken, 2 for wrong usage.");
  try {
    app.parse(argc, argv);
    play_of(options);
    return options;
  } catch (const CLI::ParseError& error) {
    status = app.exit(error) == 0 ? 0 : 2;
    return {};
  }
}

Play play_of(const Options& options) {
  Play play{.world = options.world, .seed = options.seed.value_or(1), .keeps_trace = true};
  if (!options.scene.empty()) play.world = options.scene;
  if (!options.kept.empty()) play.kept = numbers_in("--keep", options.kept);
  if (!options.order.empty()) play.order = numbers_in("--order", options.order);
  return play;
}

}  // namespace phx::simulation
