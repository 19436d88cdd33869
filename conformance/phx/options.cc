/// What the user of phx typed, checked.

#include "conformance/phx/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "version.h"

namespace phx::talk {
namespace {

constexpr int usage_error = 2;

/// As the user typed it.
struct Words {
  std::string params, join_params, once;
  std::vector<std::string> headers;
  std::string color = "auto";
  double timeout = 0;
  double fallback = 0;
};

void declare(CLI::App& app, Words& words, Options& options) {
  app.set_version_flag("--version", fmt::format("phx {}", library_version),
                       "print the version and exit");
  app.add_option("--params", words.params, "the socket's parameters, a JSON object");
  app.add_option("--join-params", words.join_params, "the join's payload, a JSON object");
  app.add_option("--token-file", options.token_file,
                 "the auth token; the file is read again at each try to connect")
      ->check(CLI::ExistingFile);
  app.add_option("--header", words.headers,
                 "a header of the handshake, NAME:VALUE; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  app.add_option("--vsn", options.vsn, "the version of the protocol")
      ->check(CLI::IsMember({"1.0.0", "2.0.0"}))
      ->capture_default_str();
  app.add_flag("--insecure", options.insecure, "accept any certificate");
  app.add_option("--ca", options.ca_file, "trust these certificates (PEM), not the system's")
      ->check(CLI::ExistingFile);
  app.add_flag("--longpoll", options.longpoll, "use long-polling, never a websocket");
  app.add_option("--fallback", words.fallback,
                 "go over to long-polling if no websocket works after these seconds")
      ->check(CLI::Range(0.1, 600.0));
  app.add_flag("--json", options.json, "print JSON objects, one a line");
  app.add_flag("--binary", options.binary, "what is typed after an event is bytes, in base64");
  app.add_flag("--presence", options.presence, "print who is present, at each change");
  app.add_option("--once", words.once, "wait for this event, print its payload, and exit");
  app.add_flag("-f,--follow", options.follow, "stay after the end of the input");
  app.add_option("--timeout", words.timeout, "seconds to wait for the first join, and for --once")
      ->check(CLI::Range(0.1, 86'400.0));
  app.add_option("--color", words.color, "auto colours a terminal")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  app.add_option("URL", options.url, "the socket, such as ws://localhost:4000/socket")->required();
  app.add_option("TOPIC", options.topic, "the topic, such as room:lobby")->required();
  app.footer(
      "Each line of the input is pushed: an event, a space, and its payload in JSON. The payload "
      "may be left out.\n"
      "Exit status: 0 all is well, 1 a push was refused, the server closed the topic, or --once's "
      "event did not come, 2 usage, 3 not joined.");
}

Json object_of(const char* option, const std::string& text) {
  if (text.empty()) return Json::object();
  try {
    Json value = Json::parse(text);
    if (value.is_object()) return value;
    throw CLI::ValidationError(option, "expected a JSON object, got " + text);
  } catch (const JsonError& error) {
    throw CLI::ValidationError(option, error.what());
  }
}

std::pair<std::string, std::string> header_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || text.find_first_of("\r\n") != text.npos) {
    throw CLI::ValidationError("--header", "expected NAME:VALUE, got " + text);
  }
  const std::size_t value = text.find_first_not_of(' ', colon + 1);
  return {text.substr(0, colon), value == text.npos ? "" : text.substr(value)};
}

Millis seconds(double value) { return Millis{static_cast<Millis::rep>(value * 1'000)}; }

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& status) {
  CLI::App app{
      "Joins a topic of a Phoenix Channels server, prints what comes, pushes what is typed.",
      "phx"};
  Options options;
  Words words;
  declare(app, words, options);
  try {
    app.parse(argc, argv);
    options.params = object_of("--params", words.params);
    options.join_params = object_of("--join-params", words.join_params);
    for (const std::string& header : words.headers) options.headers.push_back(header_of(header));
    if (words.timeout > 0) options.timeout = seconds(words.timeout);
    if (words.fallback > 0) options.fallback = seconds(words.fallback);
    if (!words.once.empty()) options.once = words.once;
    const char* no_color = std::getenv("NO_COLOR");
    const bool may = ::isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
    options.color = words.color == "always" || (words.color == "auto" && may);
    return options;
  } catch (const CLI::ParseError& error) {
    status = app.exit(error, std::cout, std::cerr) == 0 ? 0 : usage_error;
  }
  return std::nullopt;
}

std::string read_token(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad()) throw std::runtime_error("could not read " + file);
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  text.resize(end == text.npos ? 0 : end + 1);
  return text;
}

}  // namespace phx::talk
