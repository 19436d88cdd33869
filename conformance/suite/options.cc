/// Reads the command line; whatever is wrong with it is a usage error that says what would be
/// right.

#include "conformance/suite/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <random>

#include "conformance/suite/command_line.h"
#include "conformance/wire/json.h"
#include "version.h"

namespace phx::conformance {
namespace {

/// What CLI11 fills as text, before it is understood.
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
         "the mount to judge: ws://HOST:PORT/PATH or wss://…; repeated, the nodes of a cluster")
      ->allow_extra_args(false)
      ->default_str(spelled.urls.front());
  option("--nodes", options.copies, "start the command so often: the nodes of a cluster")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  auto* insecure = app.add_flag("--insecure", options.trust.anyone,
                                "with wss: take any certificate, as for a self-signed one")
                       ->group(group);
  option("--ca", options.trust.ca, "with wss: trust this PEM file's certificates, no others")
      ->check(CLI::ExistingFile)
      ->excludes(insecure);
  option("--topic", options.topic, "a topic that can be joined and sends nothing by itself")
      ->capture_default_str();
  option("--params", spelled.params, "sent with every connect: 'token=abc&vsn=x', or JSON");
  option("--header", spelled.headers, "sent with every request: 'Name: value'; may be repeated")
      ->allow_extra_args(false);
  option("--join-params", options.join_params, "what to join --topic with, JSON");
  option("--timeout-scale", options.timeout_scale, "be this many times as patient (slow servers)")
      ->check(CLI::Range(0.01, 1000.0));
  option("--server-name", options.server_name, "what the reports call the server");
  option("--server-version", options.server_version, "which version of it this is");
}

void describe_rules(CLI::App& app, Options& options, Spelling& spelled) {
  const char* group = "Which rules";
  const auto globs = [&](const char* name, auto& value, const char* what) {
    app.add_option(name, value, what)->group(group)->delimiter(',')->allow_extra_args(false);
  };
  const auto flag = [&](const char* name, auto& value, const char* what) {
    app.add_flag(name, value, what)->group(group);
  };
  globs("--only", options.only, "judge these alone: ids, sections or words, with * and ?");
  globs("--skip", options.skip, "leave these out, written the same way");
  app.add_option("--axis", spelled.axes, "only on these: v2, v1, longpoll, cluster")
      ->group(group)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"v2", "v1", "longpoll", "cluster"}));
  app.add_option("--profile", spelled.profile, "the Phoenix release to judge by: 1.8, 1.7, 1.8.11")
      ->group(group)
      ->capture_default_str();
  flag("--core", options.core, "the core rules alone; they need only --topic");
  flag("--strict", options.strict, "a SHOULD that is not kept fails the run");
  app.add_option("--known-failing", options.known_failing,
                 "a file with an id and the expected reason a line")
      ->group(group);
  flag("--list", options.list, "print the rules and stop");
  flag("--dry-run", options.dry_run, "print what would be judged, in which order, and stop");
}

void describe_run(CLI::App& app, Options& options) {
  const char* group = "How to run";
  app.add_flag("--fail-fast", options.fail_fast, "stop at the first rule that fails")->group(group);
  app.add_option("--repeat", options.repeat, "judge every rule this many times")
      ->group(group)
      ->check(CLI::Range(1, 10'000));
  app.add_flag("--shuffle", options.shuffle, "in another order each time")->group(group);
  app.add_option("--seed", options.seed, "the order of --shuffle; told by the run to be repeated")
      ->group(group);
}

void describe_reports(CLI::App& app, Options& options, Spelling& spelled) {
  const char* group = "What to tell";
  const auto file = [&](const char* name, auto& value, const char* what) {
    app.add_option(name, value, what)->group(group);
  };
  file("--tap", options.reports.tap, "write TAP 13 to this file (-: standard output)");
  file("--junit", options.reports.junit, "write JUnit XML to this file");
  file("--json", options.reports.json, "write JSON (report.schema.json) to this file");
  file("--html", options.reports.html, "write one page that stands alone to this file");
  file("--har", options.reports.har, "write each rule's conversation as HAR 1.2 into this folder");
  app.add_option("--durations", options.durations, "name this many of the slowest rules")
      ->group(group)
      ->check(CLI::Range(0, 1'000));
  app.add_flag("--verbose", options.verbose, "a line for every rule, on a terminal too")
      ->group(group);
  app.add_option("--color", spelled.colour, "auto: on a terminal, unless NO_COLOR is set")
      ->group(group)
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

constexpr char footer[] =
    "After `--`, the command of the server to start: it gets PORT and HOST in its environment,\n"
    "{port} in its arguments is replaced, it is judged at ws://127.0.0.1:PORT/socket, and it is\n"
    "started anew if a rule takes it down. Of --url its scheme and path count.\n\n"
    "Examples:\n"
    "  phx-conformance --url ws://localhost:4000/socket --core --topic room:lobby\n"
    "  phx-conformance --only 'J,K-0*,heartbeat' -- ./server --port {port}\n"
    "  phx-conformance --repeat 50 --shuffle --html report.html -- ./server\n\n"
    "Exit status: 0 all kept, 1 a rule is broken, 2 usage, 3 the server does not answer or lacks\n"
    "what the rules need, 4 a defect of the suite, 5 nothing was judged.";

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
    return "--nodes: expected a command after --, to start it so often";
  }
  return std::nullopt;
}

/// One node is no cluster.
std::optional<std::string> understand_axes(const Spelling& spelled, Options& options) {
  const bool cluster = !options.nodes.empty() || options.copies > 1;
  if (!spelled.axes.empty()) options.axes.clear();
  for (const std::string& name : spelled.axes) options.axes.push_back(axis_named(name).value());
  if (cluster) return std::nullopt;
  if (!spelled.axes.empty() && options.wants(Axis::cluster)) {
    return "--axis cluster: expected two nodes, by --url A --url B or by --nodes 2";
  }
  std::erase(options.axes, Axis::cluster);
  return std::nullopt;
}

/// The first thing that is wrong, if anything is.
std::optional<std::string> understand(const Spelling& spelled, Options& options) {
  if (auto wrong = understand_urls(spelled, options)) return wrong;
  if (auto wrong = understand_axes(spelled, options)) return wrong;
  try {
    make_tls_context(options.trust);
  } catch (const std::exception& error) {
    return fmt::format("--ca {}: {}", options.trust.ca, error.what());
  }
  const auto release = parse_release(spelled.profile);
  if (!release) {
    return fmt::format("--profile {}: expected 1.7, 1.8, or one release of theirs, e.g. 1.8.11",
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
  options.colouring = spelled.colour == "always"  ? Colouring::always
                      : spelled.colour == "never" ? Colouring::never
                                                  : Colouring::automatic;
  return std::nullopt;
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
  const std::vector<std::string> own(all.begin(), dashes);

  Options options;
  options.seed = std::random_device{}();
  Spelling spelled;
  if (dashes != all.end()) options.command.assign(dashes + 1, all.end());
  if (dashes != all.end() && options.command.empty()) {
    return Goodbye{Exit::usage, "behind -- belongs the command that starts the server"};
  }
  CLI::App app{"Judges a Phoenix Channels server, rule by rule, over its wire.", "phx-conformance"};
  app.set_version_flag("--version", fmt::format("phx-conformance {}", library_version),
                       "print the version and stop");
  describe_server(app, options, spelled);
  describe_rules(app, options, spelled);
  describe_run(app, options);
  describe_reports(app, options, spelled);
  app.footer(footer);
  try {
    app.parse(static_cast<int>(own.size()), argv);
  } catch (const CLI::CallForHelp&) {
    return Goodbye{Exit::passed, app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Goodbye{Exit::passed, version.what()};
  } catch (const CLI::ParseError& error) {
    return Goodbye{Exit::usage, std::string(error.what()) + "\n--help tells what there is"};
  }
  if (const auto wrong = understand(spelled, options)) return Goodbye{Exit::usage, *wrong};
  options.given = less_selection(own);
  return options;
}

}  // namespace phx::conformance
