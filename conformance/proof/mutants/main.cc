/// phx-mutants: servers that are broken on purpose, to prove that each rule can fail.
///
///     phx-mutants --list
///     phx-mutants --suite ./phx-conformance -- ./good-server
///     phx-mutants --serve join-reply-without-join-ref --port 4001 -- ./good-server

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "conformance/proof/mutants/trials.h"
#include "conformance/proxy/proxy.h"

namespace phx::conformance {
namespace {

constexpr Millis start_patience{15'000};

struct Options {
  std::string serve;
  bool list = false;
  int port = 0;
  std::string reasons = "conformance/proof/mutants/reasons.txt";
  Trials trials;
};

void declare(CLI::App& app, Options& options) {
  app.add_flag("--list", options.list,
               "print what each mutant breaks, and which rules must notice");
  app.add_option("--serve", options.serve, "run this mutant in front of the good server COMMAND");
  app.add_option("--port", options.port, "the port that mutant listens on")
      ->envname("PORT")
      ->check(CLI::Range(1, 65'535));
  app.add_option("--suite", options.trials.suite, "run this phx-conformance against all mutants");
  app.add_option("--only", options.trials.only, "run only these mutants")->delimiter(',');
  app.add_option("--redis", options.trials.redis,
                 "the Redis for mutants that are a cluster; without it they are left out");
  app.add_option("--reasons", options.reasons, "the file that says why each rule must fail")
      ->capture_default_str();
  app.add_option("command", options.trials.command, "the good server; it gets its PORT")
      ->option_text("-- COMMAND");
  app.positionals_at_end();
}

void list() {
  for (const Mutant& mutant : all_mutants()) {
    fmt::print("{:<34} {}\n{:<34}   caught by {}\n", mutant.name, mutant.breaks, "",
               mutant.rules.empty() ? "nobody" : fmt::format("{}", fmt::join(mutant.rules, ", ")));
  }
}

int serve(const Options& options) {
  const auto mutants = all_mutants();
  const Mutant& mutant = mutant_named(mutants, options.serve);
  ServerProcess server(options.trials.command);
  if (const auto why = server.wait_until_it_listens(start_patience)) {
    throw std::runtime_error("the good server does not start: " + *why);
  }
  Proxy(mutant.tamper(), server, options.port).run();
  return 0;
}

int try_all(const Options& options) {
  const auto mutants = all_mutants();
  for (const std::string& name : options.trials.only) mutant_named(mutants, name);
  return run_trials(options.trials, mutants, read_reasons(options.reasons, mutants));
}

int run(const Options& options) {
  if (options.list) return list(), 0;
  const bool command = !options.trials.command.empty();
  if (command && !options.trials.suite.empty()) return try_all(options);
  if (command && !options.serve.empty() && options.port != 0) return serve(options);
  throw std::invalid_argument(
      "expected --list, or --suite FILE -- COMMAND, or --serve NAME --port N -- COMMAND; see "
      "--help");
}

}  // namespace
}  // namespace phx::conformance

int main(int argc, char** argv) {
  CLI::App app{"Servers that are broken on purpose, to prove that each rule can fail."};
  phx::conformance::Options options;
  phx::conformance::declare(app, options);
  options.trials.mutants = argv[0];
  CLI11_PARSE(app, argc, argv);
  try {
    return phx::conformance::run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "phx-mutants: {}\n", error.what());
    return 2;
  }
}
