/// \file
/// phx-bench: measures a Channels server, and prints its figures.
///
/// Exit status: 0 measured, 1 the server was wrong or late, 2 wrong usage, 3 the server does not
/// answer.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <memory>

#include "conformance/load/bench/options.h"
#include "conformance/load/bench/report.h"
#include "conformance/load/bench/subject.h"
#include "conformance/load/client/error.h"

namespace phx::bench {
namespace {

/// Case by case, and within a case round by round, so that both servers meet the same conditions.
std::vector<Measured> run_all(const Options& options,
                              const std::vector<std::unique_ptr<Subject>>& subjects,
                              std::uint64_t descriptors) {
  Loop loop;
  const Millis window{static_cast<Millis::rep>(options.seconds * 1'000)};
  const Terms terms{window, descriptors, options.retries};
  std::vector<Measured> measured;
  for (const auto& what : options.cases) {
    Measured each{what, std::vector<Rounds>(subjects.size())};
    const auto rounds = what.fresh ? 1 : options.rounds;
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < subjects.size(); ++i) {
        fmt::print(stderr, "{}, round {} of {}, {}\n", what.name, round + 1, rounds,
                   options.contenders[i].name);
        each.servers[i].push_back(subjects[i]->run(what, loop, terms));
      }
    }
    measured.push_back(std::move(each));
  }
  return measured;
}

void publish(const Options& options, const std::vector<Measured>& measured) {
  Header header{machine(), options.label, options.seconds, {}};
  for (const auto& each : options.contenders) header.servers.push_back(each.name);
  for (std::size_t i = 0; i < header.servers.size(); ++i)
    fmt::print("[{}] {}\n", i + 1, header.servers[i]);
  fmt::print("{}", table(measured));
  if (options.json.empty()) return;
  std::ofstream file{options.json};
  file << json(measured, header);
  if (!file.flush()) throw Failure(fmt::format("{} can't be written", options.json));
}

void measure(const Options& options) {
  const auto descriptors = raise_descriptor_limit();  // a server that we start inherits it
  std::vector<std::unique_ptr<Subject>> subjects;
  for (const auto& each : options.contenders) subjects.push_back(std::make_unique<Subject>(each));
  const auto measured = run_all(options, subjects, descriptors);
  subjects.clear();
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
