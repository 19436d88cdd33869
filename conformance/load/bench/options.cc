/// \file
/// The command line of the load client.
#include "conformance/load/bench/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "conformance/load/client/command_line.h"
#include "conformance/suite/wire/tls.h"
#include "version.h"

namespace phx::bench {
namespace {

/// As the user typed it.
struct Words {
  std::string url = "ws://127.0.0.1:4000/socket";
  pid_t pid = 0;
  std::vector<std::string> versus;
  std::vector<pid_t> versus_pids;
  std::vector<std::string> only;
  std::size_t nodes = 1;
  conformance::Trust trust;
};

void declare(CLI::App& app, Words& words, Options& options) {
  app.set_version_flag("--version", fmt::format("phx-bench {}", library_version),
                       "Print the version and exit");
  app.add_option("--url", words.url, "The server's socket")->capture_default_str();
  auto* insecure = app.add_flag("--insecure", words.trust.anyone,
                                "With wss: accept any certificate, even a self-signed one");
  app.add_option("--ca", words.trust.ca, "With wss: trust only the certificates in this PEM file")
      ->check(CLI::ExistingFile)
      ->excludes(insecure);
  app.add_option("--pid", words.pid, "The server's process id, to measure its CPU time and memory");
  app.add_option("--nodes", words.nodes,
                 "Start this many copies of each command, as a cluster's nodes, for --only nodes")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "How long each case measures")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str();
  app.add_option("--only", words.only, "Run only these cases or series, separated by commas")
      ->delimiter(',');
  app.add_option("--json", options.json, "Also write the figures to this file");
  app.add_option("--label", options.label, "A note to keep with the figures, such as a commit");
  app.add_option("--versus", words.versus,
                 "Another server, measured in turns with the first: its URL, or the shell command "
                 "that starts it ({port}). Repeat it for a third server")
      ->allow_extra_args(false);
  app.add_option("--versus-pid", words.versus_pids, "The other servers' process ids, in order")
      ->delimiter(',');
  app.add_option("--rounds", options.rounds, "Rounds of each case; the median counts")
      ->check(CLI::Range(1, 99))
      ->default_str("1, with --versus 3");
  app.add_option("--retries", options.retries,
                 "How often to repeat a round while other programs keep the machine busy")
      ->check(CLI::Range(0, 9))
      ->capture_default_str();
  std::string cases =
      "-- COMMAND…: start this server on a free port (in PORT, HOST and {port}), and stop it at "
      "the end\n\nCases:";
  for (const auto& each : all_cases()) cases += fmt::format("\n  {:12}{}", each.name, each.title);
  cases += "\n\nSeries, for --only; each of their points is also a case (load-1000):";
  for (const auto& each : all_series())
    cases += fmt::format("\n  {:20}{}; {}", each.name, each.title, each.x);
  cases +=
      "\n\nExit status: 0 measured, 1 the server was wrong or late, 2 usage, 3 the server can't be "
      "reached.";
  app.footer(cases);
}

Target target_of(const std::string& url, const conformance::Trust& trust, pid_t pid) {
  auto target = parse_url(url);
  if (!target) {
    throw CLI::ValidationError(
        fmt::format("expected ws://HOST:PORT/MOUNT or wss://HOST:PORT/MOUNT, got {}", url),
        usage_error);
  }
  if (target->secure) target->tls = conformance::make_tls_context(trust);
  if (pid > 0) target->pid = pid;
  return *target;
}

Contender running(const std::string& url, const Words& words, pid_t pid) {
  return {url, target_of(url, words.trust, pid), {}};
}

/// The URL gives the mount, and whether TLS is used; the rest is known once it is started.
Contender started(std::string name, std::vector<std::string> command, const Words& words) {
  auto target = target_of(words.url, words.trust, 0);
  target.host = "127.0.0.1";
  return {std::move(name), std::move(target), std::move(command), words.nodes};
}

/// The server of the nth --versus.
Contender other(const Words& words, std::size_t nth) {
  const auto& versus = words.versus[nth];
  const bool one_word = versus.find(' ') == std::string::npos;  // a command's words may be URLs
  if (one_word && versus.find("://") != std::string::npos)
    return running(versus, words, nth < words.versus_pids.size() ? words.versus_pids[nth] : 0);
  // "exec", so that the process is the server and not a shell.
  return started(versus, {"/bin/sh", "-c", "exec " + versus}, words);
}

void choose(const std::string& name, std::vector<Case>& chosen) {
  const auto before = chosen.size();
  const auto take = [&](const Case& each) {
    if (each.name == name || each.series == name) chosen.push_back(each);
  };
  std::for_each(all_cases().begin(), all_cases().end(), take);
  for (const auto& series : all_series())
    std::for_each(series.points.begin(), series.points.end(), take);
  if (chosen.size() == before)
    throw CLI::ValidationError(fmt::format("there is no case or series {}; see --help", name),
                               usage_error);
}

std::vector<Case> cases_of(const std::vector<std::string>& only) {
  if (only.empty()) return all_cases();
  std::vector<Case> chosen;
  for (const auto& name : only) choose(name, chosen);
  return chosen;
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& status) {
  CLI::App app{"Measures a Phoenix Channels server that has the conformance contract's channels.",
               "phx-bench"};
  Options options;
  Words words;
  declare(app, words, options);
  try {
    const auto command = parse_all(app, argc, argv);
    options.contenders.push_back(
        command.empty() ? running(words.url, words, words.pid)
                        : started(fmt::format("{}", fmt::join(command, " ")), command, words));
    for (std::size_t nth = 0; nth < words.versus.size(); ++nth)
      options.contenders.push_back(other(words, nth));
    if (!words.versus.empty() && app.count("--rounds") == 0) options.rounds = 3;
    options.cases = cases_of(words.only);
    return options;
  } catch (const CLI::ParseError& error) {
    status = print(app, error);
    return std::nullopt;
  }
}

}  // namespace phx::bench
