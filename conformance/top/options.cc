/// Reads the command line, the environment, and the token's file.

#include "conformance/top/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "version.h"

namespace phx::top {
namespace {

constexpr int usage_error = 2;

/// As the user typed it.
struct Words {
  std::string url = "http://127.0.0.1:9000";
  std::string token_file;
  std::string view = "processes";
  double seconds = 1;
};

void declare(CLI::App& app, Words& words, Options& options) {
  app.set_version_flag("--version", fmt::format("phx-top {}", library_version),
                       "print the version and exit");
  app.add_option("--url", words.url, "the server's admin port, as its log names it")
      ->envname("ADMIN_URL")
      ->capture_default_str();
  app.add_option("--token-file", words.token_file,
                 "a file whose first line is the token: the one that the server has as "
                 "--admin-token-file")
      ->envname("ADMIN_TOKEN_FILE")
      ->required();
  app.add_option("--view", words.view, "what to show first")
      ->check(CLI::IsMember({"processes", "topics"}))
      ->capture_default_str();
  app.add_option("--sort", options.sort,
                 "a column: mailbox, mailbox_bytes, unsent_bytes, turns, used, longest, load, "
                 "monitors, children, age, pid, kind or topic; of topics members, broadcasts or "
                 "deliveries");
  app.add_option("--text", options.text, "only rows with this text in their kind, name or topic");
  app.add_option("--interval", words.seconds, "seconds between two looks")
      ->check(CLI::Range(0.2, 3'600.0))
      ->capture_default_str();
  auto* once = app.add_flag("--once", options.once, "print one look and exit, for scripts");
  app.add_flag("--json", options.json, "print it as JSON")->needs(once);
  app.add_option("--rows", options.rows, "how many rows --once prints")
      ->check(CLI::Range(1, 500))
      ->capture_default_str();
  app.footer(
      "Exit status: 0 shown, 1 the server can't be reached, 2 usage, 3 the server refuses the "
      "token or the query.");
}

/// `http://host:port`; an IPv6 address stands in brackets.
bool read_url(std::string url, Options& options) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return false;
  url.erase(0, scheme.size());
  while (url.ends_with('/')) url.pop_back();
  const std::size_t colon = url.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == url.size()) return false;
  options.host = url.substr(0, colon);
  options.port = url.substr(colon + 1);
  if (options.host.starts_with('[') && options.host.ends_with(']')) {
    options.host = options.host.substr(1, options.host.size() - 2);
  }
  return true;
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& status) {
  CLI::App app{"Shows what a running server does: its processes, topics and limits.", "phx-top"};
  Options options;
  Words words;
  declare(app, words, options);
  try {
    app.parse(argc, argv);
    if (!read_url(words.url, options)) {
      throw CLI::ValidationError("--url",
                                 fmt::format("expected http://host:port, got \"{}\"", words.url));
    }
    std::ifstream file(words.token_file);
    if (!std::getline(file, options.token) || options.token.empty()) {
      throw CLI::ValidationError(
          "--token-file",
          fmt::format("expected a token in the first line of \"{}\"", words.token_file));
    }
    options.view = words.view == "topics" ? View::topics : View::processes;
    options.interval = Millis{static_cast<Millis::rep>(words.seconds * 1'000)};
    return options;
  } catch (const CLI::ParseError& error) {
    status = app.exit(error, std::cout, std::cerr) == 0 ? 0 : usage_error;
  }
  return std::nullopt;
}

}  // namespace phx::top
