/// \file
/// phx-bench: asks a Channels server for what it can do, and prints how fast it did it.
///
/// Exit status: 0 measured, 1 the server was wrong or late, 2 wrong usage, 3 nobody answers.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <memory>

#include "conformance/bench/command.h"
#include "conformance/bench/error.h"
#include "conformance/bench/options.h"
#include "conformance/bench/report.h"

namespace phx::bench {
namespace {

// Lets a server finish what the last case left behind: goodbyes, closed descriptors.
constexpr Millis between_cases{200};

Result run_once(const Case& what, Loop& loop, const Target& target, const Options& options,
                std::uint64_t descriptors) {
  const Millis window{static_cast<Millis::rep>(options.seconds * 1'000)};
  try {
    auto result = what.run({loop, target, window, descriptors});
    loop.pause(between_cases);
    return result;
  } catch (const Failure& failure) {
    throw Failure(fmt::format("{}: {}", what.name, failure.what()));
  }
}

/// Case by case, and within a case round by round, so that both servers see the same weather.
std::vector<Measured> run_all(const Options& options, const std::vector<Target>& targets,
                              std::uint64_t descriptors) {
  Loop loop;
  std::vector<Measured> measured;
  for (const auto& what : options.cases) {
    Measured each{what, std::vector<Rounds>(targets.size())};
    const auto rounds = what.once ? 1 : options.rounds;
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < targets.size(); ++i) {
        fmt::print(stderr, "{}, round {} of {}, {}:{}\n", what.name, round + 1, rounds,
                   targets[i].host, targets[i].port);
        each.servers[i].push_back(run_once(what, loop, targets[i], options, descriptors));
      }
    }
    measured.push_back(std::move(each));
  }
  return measured;
}

void publish(const Options& options, const std::vector<Measured>& measured) {
  std::vector<std::string> names;
  for (const auto& each : options.contenders) names.push_back(each.name);
  if (names.size() > 1) fmt::print("first: {}\nsecond: {}\n", names[0], names[1]);
  fmt::print("{}", table(measured));
  if (options.json.empty()) return;
  std::ofstream file{options.json};
  file << json(measured, names, options.seconds);
  if (!file.flush()) throw Failure(fmt::format("{} can't be written", options.json));
}

/// Starts what is to be started, and returns where all of them are, once they accept.
std::vector<Target> call_up(const std::vector<Contender>& contenders,
                            std::vector<std::unique_ptr<Command>>& commands) {
  std::vector<Target> targets;
  for (const auto& each : contenders) {
    auto target = each.target;
    if (!each.command.empty()) {
      target.port = free_port();
      commands.push_back(std::make_unique<Command>(each.name, each.command, target.port));
      target.pid = commands.back()->pid();
    }
    resolve(target);
    each.command.empty() ? knock(target) : commands.back()->await(target);
    targets.push_back(std::move(target));
  }
  return targets;
}

void measure(const Options& options) {
  const auto descriptors = raise_descriptor_limit();  // a server that we start inherits it
  std::vector<std::unique_ptr<Command>> commands;
  const auto targets = call_up(options.contenders, commands);
  const auto measured = run_all(options, targets, descriptors);
  commands.clear();
  publish(options, measured);
}

int run(int argc, char** argv) {
  int status = 0;
  const auto options = parse_options(argc, argv, status);
  if (!options) return status;
  try {
    measure(*options);
    return 0;
  } catch (const Unreachable& error) {
    fmt::print(stderr, "phx-bench: {}\n", error.what());
    return 3;
  } catch (const Failure& error) {
    fmt::print(stderr, "phx-bench: {}\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace phx::bench

int main(int argc, char** argv) { return phx::bench::run(argc, argv); }
