/// \file
/// phx-soak: mixed load for a long time, with a check of every message.
///
///     phx-soak --minutes 10 --out build/soak -- ./my-server --port {port}
///
/// Exit status: 0 all was well, 1 something was wrong, 2 wrong usage, 3 the server does not answer.
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "conformance/load/client/command.h"
#include "conformance/load/client/error.h"
#include "conformance/load/client/usage.h"
#include "conformance/load/soak/churn.h"
#include "conformance/load/soak/plot.h"
#include "conformance/load/soak/report.h"
#include "conformance/suite/wire/loopback.h"

namespace phx::soak {
namespace {

/// On a terminal one line that changes each second; elsewhere a line every ten seconds.
void show(const Sample& sample, const Load& load, const Findings& findings) {
  constexpr int every = 10;
  const std::string line = progress_line(sample, load, findings);
  if (isatty(STDERR_FILENO) != 0) {
    fmt::print(stderr, "\r{}\x1b[K", line);
  } else if (std::lround(sample.seconds) % every == 0) {
    fmt::print(stderr, "{}\n", line);
  }
}

void write(const std::string& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  if (!out.flush()) throw bench::Failure(file + " can't be written");
}

std::string read(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

void publish(const Options& options, const Outcome& outcome, const Findings& findings) {
  fmt::print("{}", summary(options, outcome, findings));
  if (options.out.empty()) return;
  std::filesystem::create_directories(options.out);
  const std::string why_not = plot(options.out, outcome.samples, outcome.memory);
  if (!why_not.empty()) fmt::print(stderr, "There is no plot: {}\n", why_not);
  const std::string drawn =
      why_not.empty() ? read(options.out + "/plot.svg") : "<p>There is no plot: " + why_not;
  write(options.out + "/report.json", json(options, outcome, findings));
  write(options.out + "/report.html",
        html(options, outcome, findings, drawn.substr(drawn.find('<'))));
  fmt::print("The report is at {}/report.html\n", options.out);
}

bool soak_and_tell(const Options& options, const std::vector<bench::Target>& nodes,
                   Cluster* cluster = nullptr) {
  Findings findings(
      [](const std::string& sentence) { fmt::print(stderr, "\r\x1b[K✗ {}\n", sentence); });
  const Outcome outcome = soak(options.load, nodes, cluster, findings,
                               [&](const Sample& sample) { show(sample, options.load, findings); });
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\n");
  publish(options, outcome, findings);
  return all_well(outcome, findings);
}

bool run(Options options) {
  bench::raise_descriptor_limit();  // a server that we start inherits it
  if (options.nodes > 1) {
    setenv("REDIS_CHANNEL_PER", options.channel_per.c_str(), 1);  // for the nodes
    options.load.channel_per_topic = options.channel_per == "topic";
    Cluster cluster(options.command, options.nodes, options.target.mount);
    return soak_and_tell(options, cluster.nodes(), &cluster);
  }
  std::unique_ptr<bench::Command> command;
  if (!options.command.empty()) {
    options.target.host = "127.0.0.1";
    options.target.port = conformance::free_port();
    command = std::make_unique<bench::Command>("the server", options.command, options.target.port);
    options.target.pid = command->pid();
  }
  bench::resolve(options.target);
  if (command) command->await(options.target);
  bench::knock(options.target);
  if (options.waves == 0) return soak_and_tell(options, {options.target});
  if (!options.target.pid)
    throw bench::Failure("expected --pid or -- COMMAND: the server whose memory is measured");
  return churn(options.target, options.waves, options.wave_size);
}

}  // namespace
}  // namespace phx::soak

int main(int argc, char** argv) {
  int status = 0;
  const auto options = phx::soak::parse_options(argc, argv, status);
  if (!options) return status;
  try {
    return phx::soak::run(*options) ? 0 : 1;
  } catch (const phx::bench::Unreachable& error) {
    fmt::print(stderr, "phx-soak: {}\n", error.what());
    return 3;
  } catch (const std::exception& error) {
    fmt::print(stderr, "phx-soak: {}\n", error.what());
    return 1;
  }
}
