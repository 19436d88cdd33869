/// Reads the command line; whatever is wrong with it is a usage error.

#include "conformance/suite/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "conformance/wire/json.h"

namespace phx::conformance {
namespace {

/// What CLI11 fills as text, before it is understood.
struct Spelling {
  std::string url = "ws://127.0.0.1:4000/socket";
  std::string params = "{}";
  std::string profile = "1.8";
};

void describe(CLI::App& app, Options& options, Spelling& spelled) {
  app.add_option("--url", spelled.url, "the mount to judge: ws://HOST:PORT/PATH")
      ->capture_default_str();
  app.add_option("--topic", options.topic, "a topic that can be joined and sends nothing by itself")
      ->capture_default_str();
  app.add_option("--params", spelled.params, "connect parameters, a JSON object of strings");
  app.add_option("--join-params", options.join_params, "what to join --topic with, JSON");
  app.add_option("--only", options.only, "judge these rules alone: ids or globs (J-08,K-*)")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--skip", options.skip, "leave these rules out: ids or globs")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--profile", spelled.profile,
                 "the Phoenix release to judge by: 1.8, 1.7, 1.8.11 …")
      ->capture_default_str();
  app.add_flag("--core", options.core, "judge the core rules alone; they need only --topic");
  app.add_flag("--list", options.list, "print the rules and stop");
  app.add_flag("--strict", options.strict, "a SHOULD that is not kept fails the run");
  app.add_option("--timeout-scale", options.timeout_scale, "be this many times as patient")
      ->check(CLI::Range(0.01, 1000.0));
  app.add_flag("--tap", options.tap, "print TAP on standard output, the report on standard error");
  app.add_option("--junit", options.junit, "write JUnit XML to this file")->excludes("--tap");
  app.footer(
      "After `--`, the command of the server to start: it gets PORT and HOST in its environment,\n"
      "{port} in its arguments is replaced, and it is judged at ws://127.0.0.1:PORT/socket.\n\n"
      "Exit status: 0 all kept, 1 a rule is broken, 2 usage, 3 server unreachable, 4 the suite "
      "failed.");
}

std::optional<std::string> understand_params(const std::string& text, Options& options) {
  const auto params = parse_json(text);
  if (!params || !json_is_object(params->get())) return "--params takes a JSON object";
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(params->get()), key, value) {
    const Json member(json_incref(value));
    options.params.emplace_back(key, json_is_string(value) ? member.text() : member.dump());
  }
  return std::nullopt;
}

/// The first thing that is wrong, if anything is.
std::optional<std::string> understand(const Spelling& spelled, Options& options) {
  const auto url = parse_url(spelled.url);
  if (!url) return fmt::format("--url {}: this is no ws://HOST:PORT/PATH", spelled.url);
  options.url = *url;
  const auto release = parse_release(spelled.profile);
  if (!release) return fmt::format("--profile {}: only 1.7.x and 1.8.x are known", spelled.profile);
  options.profile = *release;
  if (!parse_json(options.join_params)) return "--join-params takes JSON";
  return understand_params(spelled.params, options);
}

std::string shell_quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("-_./:,=+%@").find(static_cast<char>(c)) != std::string_view::npos;
  });
  return plain ? word : "'" + word + "'";
}

/// The command line less --only, --skip and the reports.
std::string less_selection(const std::vector<std::string>& arguments) {
  std::string line = shell_quoted(arguments.front());
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string name = arguments[i].substr(0, arguments[i].find('='));
    if (name == "--tap") continue;
    if (name == "--only" || name == "--skip" || name == "--junit") {
      if (arguments[i] == name) ++i;
      continue;
    }
    line += " " + shell_quoted(arguments[i]);
  }
  return line;
}

}  // namespace

std::string Options::again(const std::string& id) const {
  std::string line = fmt::format("{} --only {}", given, id);
  if (!command.empty()) line += " --";
  for (const std::string& word : command) line += " " + shell_quoted(word);
  return line;
}

std::variant<Options, Goodbye> parse_options(int argc, const char* const* argv) {
  const std::vector<std::string> all(argv, argv + argc);
  const auto dashes = std::find(all.begin(), all.end(), "--");
  const std::vector<std::string> own(all.begin(), dashes);

  Options options;
  Spelling spelled;
  if (dashes != all.end()) options.command.assign(dashes + 1, all.end());
  if (dashes != all.end() && options.command.empty()) {
    return Goodbye{Exit::usage, "behind -- belongs the command that starts the server"};
  }
  CLI::App app{"Judges a Phoenix Channels server, rule by rule, over its wire.", "phx-conformance"};
  describe(app, options, spelled);
  try {
    app.parse(static_cast<int>(own.size()), argv);
  } catch (const CLI::CallForHelp&) {
    return Goodbye{Exit::passed, app.help()};
  } catch (const CLI::ParseError& error) {
    return Goodbye{Exit::usage, std::string(error.what()) + "\n--help tells what there is"};
  }
  if (const auto wrong = understand(spelled, options)) return Goodbye{Exit::usage, *wrong};
  options.given = less_selection(own);
  return options;
}

}  // namespace phx::conformance
