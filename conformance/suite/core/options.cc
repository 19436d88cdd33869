/// Reads the command line; a mistake is a usage error that says what is right.

#include "conformance/suite/core/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <random>

#include "conformance/suite/core/command_line.h"
#include "conformance/suite/wire/json.h"
#include "version.h"

namespace phx::conformance {
namespace {

/// Filled by CLI11 as text, and parsed afterwards.
struct Spelling {
  std::vector<std::string> urls = {"ws://127.0.0.1:4000/socket"};
  std::string params = {};
  std::vector<std::string> headers = {};
  std::vector<std::string> axes = {};
  std::string profile = "1.8";
  std::string colour = "auto";
};

void describe_server(CLI::App& app, Options& options, Spelling& spelled) {
  const char* group = "Which server";
  const auto option = [&](const char* name, auto& value, const char* what) {
    return app.add_option(name, value, what)->group(group);
  };
  option("--url", spelled.urls,
         "the mount to check: ws://HOST:PORT/PATH or wss://…; repeat it for a cluster's nodes")
      ->allow_extra_args(false)
      ->default_str(spelled.urls.front());
  option("--nodes", options.copies, "start this many copies of the command, as a cluster's nodes")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  auto* insecure = app.add_flag("--insecure", options.trust.anyone,
                                "with wss: accept any certificate, even a self-signed one")
                       ->group(group);
  option("--ca", options.trust.ca, "with wss: trust only the certificates in this PEM file")
      ->check(CLI::ExistingFile)
      ->excludes(insecure);
  option("--topic", options.topic, "a topic that can be joined and sends nothing on its own")
      ->capture_default_str();
  option("--params", spelled.params, "sent with every connect: 'token=abc&vsn=x', or JSON");
  option("--header", spelled.headers, "sent with every request: 'Name: value'; may be repeated")
      ->allow_extra_args(false);
  option("--join-params", options.join_params, "the payload for joining --topic, as JSON");
  option("--timeout-scale", options.timeout_scale, "wait this many times longer (slow servers)")
      ->check(CLI::Range(0.01, 1000.0));
  option("--server-name", options.subject_name, "the server's name in reports");
  option("--server-version", options.subject_version, "the server's version in reports");
}

void describe_client(CLI::App& app, Options& options) {
  const char* group = "Which client";
  const auto option = [&](const char* name, auto& value, const char* what) {
    return app.add_option(name, value, what)->group(group);
  };
  option("--timeout-scale", options.timeout_scale, "wait this many times longer (slow clients)")
      ->check(CLI::Range(0.01, 1000.0));
  option("--client-name", options.subject_name, "the client's name in reports");
  option("--client-version", options.subject_version, "the client's version in reports");
}

/// What both sides have.
void describe_rules(CLI::App& app, Options& options) {
  const char* group = "Which rules";
  const auto globs = [&](const char* name, auto& value, const char* what) {
    app.add_option(name, value, what)->group(group)->delimiter(',')->allow_extra_args(false);
  };
  const auto flag = [&](const char* name, auto& value, const char* what) {
    app.add_flag(name, value, what)->group(group);
  };
  globs("--only", options.only, "run only these: ids, sections or words, with * and ?");
  globs("--skip", options.skip, "leave these out, in the same notation");
  flag("--strict", options.strict, "a broken SHOULD fails the run");
  app.add_option("--known-failing", options.known_failing,
                 "a file of rules that may fail: an id and the expected reason per line")
      ->group(group);
  flag("--list", options.list, "print the rules and exit");
  flag("--dry-run", options.dry_run, "print the rules that would run, in order, and exit");
}

/// What only a server's rules have.
void describe_server_rules(CLI::App& app, Options& options, Spelling& spelled) {
  const char* group = "Which rules";
  app.add_option("--axis", spelled.axes, "run only on these axes: v2, v1, longpoll, cluster")
      ->group(group)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"v2", "v1", "longpoll", "cluster"}));
  app.add_option("--profile", spelled.profile, "the Phoenix release to follow: 1.8, 1.7, 1.8.11")
      ->group(group)
      ->capture_default_str();
  app.add_flag("--core", options.core, "run only the core rules, which need no more than --topic")
      ->group(group);
}

void describe_run(CLI::App& app, Options& options) {
  const char* group = "How to run";
  app.add_flag("--fail-fast", options.fail_fast, "stop at the first rule that fails")->group(group);
  app.add_option("--repeat", options.repeat, "run every rule this many times")
      ->group(group)
      ->check(CLI::Range(1, 10'000));
  app.add_flag("--shuffle", options.shuffle, "in a different order each time")->group(group);
  app.add_option("--seed", options.seed, "repeat the order of a run, which printed this seed")
      ->group(group);
}

void describe_reports(CLI::App& app, Options& options, Spelling& spelled) {
  const char* group = "What to report";
  const auto file = [&](const char* name, auto& value, const char* what) {
    app.add_option(name, value, what)->group(group);
  };
  file("--tap", options.reports.tap, "write TAP 13 to this file (-: standard output)");
  file("--junit", options.reports.junit, "write JUnit XML to this file");
  file("--json", options.reports.json, "write JSON (report.schema.json) to this file");
  file("--html", options.reports.html, "write one self-contained page to this file");
  file("--har", options.reports.har, "write each rule's conversation as HAR 1.2 into this folder");
  app.add_option("--durations", options.durations, "name this many of the slowest rules")
      ->group(group)
      ->check(CLI::Range(0, 1'000));
  app.add_flag("--verbose", options.verbose, "print a line for every rule, even on a terminal")
      ->group(group);
  app.add_option("--color", spelled.colour, "auto: on a terminal, unless NO_COLOR is set")
      ->group(group)
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

constexpr char footer[] =
    "After `--`, give the command that starts the server. It gets PORT and HOST in its\n"
    "environment, and {port} in its arguments is replaced. The suite checks it at\n"
    "ws://127.0.0.1:PORT/socket (--url may change scheme and path), and restarts it if a rule\n"
    "takes it down.\n\n"
    "phx-conformance client judges a client, through a shim around it: client --help.\n"
    "phx-conformance disturb is a proxy that breaks a connection where you say: disturb --help.\n\n"
    "Examples:\n"
    "  phx-conformance --url ws://localhost:4000/socket --core --topic room:lobby\n"
    "  phx-conformance --only 'J,K-0*,heartbeat' -- ./server --port {port}\n"
    "  phx-conformance --repeat 50 --shuffle --html report.html -- ./server\n\n"
    "Exit status: 0 all rules kept, 1 a rule is broken, 2 usage, 3 the server does not answer or\n"
    "lacks what the rules need, 4 a bug in the suite, 5 no rule ran.";

constexpr char client_footer[] =
    "After `--`, give the command that starts the shim: a small program around the client that\n"
    "reads commands and writes reports, one JSON object a line; docs/client-contract.md states\n"
    "them. It is started again for every rule, and the suite plays the server.\n\n"
    "Examples:\n"
    "  phx-conformance client -- node my-shim.js\n"
    "  phx-conformance client --only 'C-0*,reconnect*' --html report.html -- ./my-shim\n\n"
    "Exit status: 0 all rules kept, 1 a rule is broken, 2 usage, 3 the shim does not start or\n"
    "departs from the contract, 4 a bug in the suite, 5 no rule ran.";

std::optional<std::string> understand_urls(const Spelling& spelled, Options& options) {
  std::vector<Url> urls;
  for (const std::string& text : spelled.urls) {
    const auto url = parse_url(text);
    if (!url) {
      return fmt::format(
          "--url {}: expected ws://HOST:PORT/PATH or wss://…, e.g. ws://localhost:4000/socket",
          text);
    }
    urls.push_back(*url);
  }
  options.url = urls.front();
  options.nodes.assign(urls.begin() + 1, urls.end());
  if (options.copies > 1 && options.command.empty()) {
    return "--nodes: expected a command after --, to start copies of it";
  }
  return std::nullopt;
}

/// One node is not a cluster.
std::optional<std::string> understand_axes(const Spelling& spelled, Options& options) {
  const bool cluster = !options.nodes.empty() || options.copies > 1;
  if (!spelled.axes.empty()) options.axes.clear();
  for (const std::string& name : spelled.axes) options.axes.push_back(axis_named(name).value());
  if (cluster) return std::nullopt;
  if (!spelled.axes.empty() && options.wants(Axis::cluster)) {
    return "--axis cluster: expected two nodes: --url A --url B, or --nodes 2";
  }
  std::erase(options.axes, Axis::cluster);
  return std::nullopt;
}

std::optional<std::string> understand_client(const Options& options) {
  const bool starts = !options.list && !options.dry_run;
  if (starts && options.command.empty()) {
    return "client: expected the command that starts the shim after --";
  }
  return std::nullopt;
}

/// The first mistake, if there is one.
std::optional<std::string> understand(const Spelling& spelled, Options& options) {
  options.colouring = spelled.colour == "always"  ? Colouring::always
                      : spelled.colour == "never" ? Colouring::never
                                                  : Colouring::automatic;
  if (options.side == Side::client) return understand_client(options);
  if (auto wrong = understand_urls(spelled, options)) return wrong;
  if (auto wrong = understand_axes(spelled, options)) return wrong;
  try {
    make_tls_context(options.trust);
  } catch (const std::exception& error) {
    return fmt::format("--ca {}: {}", options.trust.ca, error.what());
  }
  const auto release = parse_release(spelled.profile);
  if (!release) {
    return fmt::format("--profile {}: expected 1.7, 1.8, or a full release, e.g. 1.8.11",
                       spelled.profile);
  }
  options.profile = *release;
  if (!parse_json(options.join_params)) {
    return fmt::format("--join-params {}: expected JSON, e.g. '{{\"token\":\"abc\"}}'",
                       options.join_params);
  }
  const auto params = parse_params(spelled.params);
  if (!params) {
    return fmt::format("--params {}: expected 'name=value&name=value' or a JSON object",
                       spelled.params);
  }
  options.params = *params;
  for (const std::string& text : spelled.headers) {
    const auto header = parse_header(text);
    if (!header) return fmt::format("--header {}: expected 'Name: value'", text);
    options.headers.push_back(*header);
  }
  return std::nullopt;
}

void describe(CLI::App& app, Options& options, Spelling& spelled) {
  const bool client = options.side == Side::client;
  if (client) {
    describe_client(app, options);
  } else {
    describe_server(app, options, spelled);
  }
  describe_rules(app, options);
  if (!client) describe_server_rules(app, options, spelled);
  describe_run(app, options);
  describe_reports(app, options, spelled);
  app.footer(client ? client_footer : footer);
}

}  // namespace

bool Options::wants(Axis axis) const {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

std::string Options::again(const std::string& id, Axis axis) const {
  std::string line = fmt::format("{} --only {}", given, id);
  if (axis != Axis::v2) line += fmt::format(" --axis {}", name_of(axis));
  if (!command.empty()) line += " --";
  for (const std::string& word : command) line += " " + shell_quoted(word);
  return line;
}

std::variant<Options, Goodbye> parse_options(int argc, const char* const* argv) {
  const std::vector<std::string> all(argv, argv + argc);
  const auto dashes = std::find(all.begin(), all.end(), "--");
  std::vector<std::string> own(all.begin(), dashes);

  Options options;
  if (own.size() > 1 && own[1] == name_of(Side::client)) options.side = Side::client;
  options.seed = std::random_device{}();
  Spelling spelled;
  if (dashes != all.end()) options.command.assign(dashes + 1, all.end());
  if (dashes != all.end() && options.command.empty()) {
    return Goodbye{Exit::usage, "expected the command that starts the server or shim after --"};
  }
  const bool client = options.side == Side::client;
  CLI::App app{client ? "Checks a Phoenix Channels client from outside, rule by rule."
                      : "Checks a Phoenix Channels server from outside, rule by rule.",
               client ? "phx-conformance client" : "phx-conformance"};
  app.set_version_flag("--version", fmt::format("phx-conformance {}", library_version),
                       "print the version and exit");
  describe(app, options, spelled);
  // What CLI11 reads backwards: the options without the program and, for a client, its word.
  std::vector<std::string> words(own.rbegin(), own.rend() - (client ? 2 : 1));
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    return Goodbye{Exit::passed, app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Goodbye{Exit::passed, version.what()};
  } catch (const CLI::ParseError& error) {
    return Goodbye{Exit::usage, std::string(error.what()) + "\n--help lists the options"};
  }
  if (const auto wrong = understand(spelled, options)) return Goodbye{Exit::usage, *wrong};
  options.given = less_selection(own);
  return options;
}

}  // namespace phx::conformance
