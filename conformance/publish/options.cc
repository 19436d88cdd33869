/// The command line of phx-publish, and the payload that it names.

#include "conformance/publish/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>

#include "base/option_error.h"
#include "version.h"

namespace phx::publish {
namespace {

constexpr int usage_error = 2;

/// As the user typed it.
struct Words {
  std::string redis = "redis://127.0.0.1:6379";
  std::string channel_per = "cluster";
  std::string file;
  double seconds = 5;
};

void declare(CLI::App& app, Words& words, Options& options) {
  app.set_version_flag("--version", fmt::format("phx-publish {}", library_version),
                       "print the version and exit");
  app.add_option("--redis", words.redis,
                 "the Redis that the nodes share: redis://user:password@host:port/database, or "
                 "redis+sentinel://host,host/master")
      ->envname("REDIS")
      ->capture_default_str();
  app.add_option("--pubsub", options.pubsub,
                 "the cluster's name: the PubSub's in Phoenix, such as MyApp.PubSub")
      ->envname("PUBSUB")
      ->capture_default_str();
  app.add_option(
         "--redis-channel-per", words.channel_per,
         "topic sends the event only to nodes with a member, where they have a channel for each")
      ->envname("REDIS_CHANNEL_PER")
      ->check(CLI::IsMember({"cluster", "topic"}))
      ->capture_default_str();
  auto* file =
      app.add_option("--file", words.file, "read the payload from this file; - is standard input");
  app.add_flag("--binary", options.binary, "send the file as bytes, not as JSON")->needs(file);
  app.add_option("--timeout", words.seconds, "seconds that Redis may take in total")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str();
  app.add_flag("-q,--quiet", options.quiet, "do not print how many nodes got the event");
  app.add_option("TOPIC", options.topic, "a topic such as room:lobby, or a socket's id")
      ->required();
  app.add_option("EVENT", options.event,
                 "an event such as new_msg, or disconnect for a socket's id")
      ->required();
  app.add_option("PAYLOAD", options.payload, "a JSON object; the default is {}")->excludes(file);
  app.footer(
      "Exit status: 0 published, 1 no node is listening, 2 usage, or a message that nodes can't "
      "handle, 3 Redis can't be reached or refuses.");
}

std::string contents(const std::string& file) {
  if (file == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad())
    throw CLI::ValidationError("--file", fmt::format("could not read \"{}\"", file));
  return text;
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& status) {
  CLI::App app{"Publishes an event to the clients of a cluster whose nodes share a Redis.",
               "phx-publish"};
  Options options;
  Words words;
  declare(app, words, options);
  try {
    app.parse(argc, argv);
    options.redis = redis::options_of(words.redis);
    if (words.channel_per == "topic") options.channel_per = cluster::ChannelPer::topic;
    options.patience = Millis{static_cast<Millis::rep>(words.seconds * 1'000)};
    if (!words.file.empty()) options.payload = contents(words.file);
    return options;
  } catch (const OptionError& error) {
    fmt::print(stderr, "phx-publish: {} (here: --redis)\n", error.what());
    status = usage_error;
  } catch (const CLI::ParseError& error) {
    status = app.exit(error, std::cout, std::cerr) == 0 ? 0 : usage_error;
  }
  return std::nullopt;
}

}  // namespace phx::publish
